using CleanLlm.Application.Accounts;
using CleanLlm.Application.Audit;
using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.ApiKeys;

/// <summary>Revokes one of the caller's API keys for good.</summary>
/// <param name="Id">Which key.</param>
public sealed record DeleteApiKey(ApiKeyId Id) : IRequest<Result<Unit>>;

internal sealed class DeleteApiKeyHandler(IApiKeyRepository keys, IAccessStates access, IAuditTrail audit, ICurrentUser user)
    : IRequestHandler<DeleteApiKey, Result<Unit>>
{
    public async Task<Result<Unit>> Handle(DeleteApiKey request, CancellationToken ct)
    {
        if (await keys.FindAsync(request.Id, user.Id, ct) is not { } key)
            return ApiKeyErrors.NotFound;

        audit.Add(new AuditEvent(AuditActions.KeyRevoked, user.Id.Value, key.Id.Value));
        await keys.RemoveAsync(key, ct);
        await access.ForgetAsync(user.Id, ct);
        return Unit.Value;
    }
}
