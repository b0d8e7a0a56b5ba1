using System.Text.Json;
using CleanLlm.Application.Accounts;
using CleanLlm.Application.ApiKeys;
using CleanLlm.Application.Callers;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using MediatR;

namespace CleanLlm.Application.Administration;

/// <summary>Revokes one of a user's API keys permanently.</summary>
/// <param name="UserId">Whose.</param>
/// <param name="KeyId">Which key.</param>
public sealed record RevokeUserApiKey(UserId UserId, ApiKeyId KeyId) : IRequest<Result<Unit>>;

internal sealed class RevokeUserApiKeyHandler(IUserRepository users, ApiKeyRevocation revocation, ICurrentUser current)
    : IRequestHandler<RevokeUserApiKey, Result<Unit>>
{
    public async Task<Result<Unit>> Handle(RevokeUserApiKey request, CancellationToken ct)
    {
        if (await users.FindAsync(request.UserId, ct) is not { } user)
            return AdminErrors.UserNotFound;

        // About the user, not the key: with the user's erasure the detail goes as well.
        var line = new AuditEvent(
            AuditActions.UserKeyRevoked, current.Id.Value, user.Id.Value, JsonSerializer.Serialize(new { keyId = request.KeyId.Value }));
        return await revocation.RevokeAsync(request.KeyId, user.Id, line, ct);
    }
}
