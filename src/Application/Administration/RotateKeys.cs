using CleanLlm.Application.Audit;
using CleanLlm.Application.Callers;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.Administration;

/// <summary>Begins to bring stored content under the current key-encryption key; audited.</summary>
public sealed record RotateKeys : IRequest<Result<EncryptionStatusDto>>;

internal sealed class RotateKeysHandler(IContentEncryption encryption, IAuditTrail audit, ICurrentUser current)
    : IRequestHandler<RotateKeys, Result<EncryptionStatusDto>>
{
    public async Task<Result<EncryptionStatusDto>> Handle(RotateKeys request, CancellationToken cancellationToken)
    {
        audit.Add(new AuditEvent(AuditActions.KeysRotated, current.Id.Value, SubjectId: null));
        await audit.SaveAsync(cancellationToken);
        encryption.Begin();
        return await encryption.StatusAsync(cancellationToken);
    }
}
