using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.Accounts;

/// <summary>The public keys that verify our access tokens.</summary>
public sealed record GetPublicKeys : IRequest<Result<PublicKeySet>>;

internal sealed class GetPublicKeysHandler(IPublicKeys keys) : IRequestHandler<GetPublicKeys, Result<PublicKeySet>>
{
    public async Task<Result<PublicKeySet>> Handle(GetPublicKeys request, CancellationToken ct) => await keys.ListAsync(ct);
}
