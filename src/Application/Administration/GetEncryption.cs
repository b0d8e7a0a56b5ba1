using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.Administration;

/// <summary>How stored content is encrypted, and how far a rotation has come.</summary>
public sealed record GetEncryption : IRequest<Result<EncryptionStatusDto>>;

internal sealed class GetEncryptionHandler(IContentEncryption encryption) : IRequestHandler<GetEncryption, Result<EncryptionStatusDto>>
{
    public async Task<Result<EncryptionStatusDto>> Handle(GetEncryption request, CancellationToken cancellationToken) => await encryption.StatusAsync(cancellationToken);
}
