using CleanLlm.Application.Audit;
using CleanLlm.Application.Callers;
using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.ApiKeys;

/// <summary>Revokes an API key for its owner or an admin, and tells all instances.</summary>
internal sealed class ApiKeyRevocation(IApiKeyRepository keys, IAccessStates access, IAuditTrail audit)
{
    /// <summary>Revokes the key permanently. Two revocations at once both succeed, and one writes the line.</summary>
    /// <param name="id">Which key.</param>
    /// <param name="owner">Whose it has to be.</param>
    /// <param name="line">What the audit log says about it.</param>
    /// <param name="ct">Cancels the work.</param>
    public async Task<Result<Unit>> RevokeAsync(ApiKeyId id, UserId owner, AuditEvent line, CancellationToken ct)
    {
        for (var wasThere = false; ; wasThere = true)
        {
            if (await keys.FindAsync(id, owner, ct) is not { } key)
                return wasThere ? Unit.Value : ApiKeyErrors.NotFound;
            audit.Add(line);
            // A rotation may win the race for it: then it is revoked as the rotation left it.
            if (!await keys.RemoveAsync(key, ct))
                continue;
            // It is gone, whether or not the caller is still there.
            await access.ForgetAsync(owner, CancellationToken.None);
            return Unit.Value;
        }
    }
}
