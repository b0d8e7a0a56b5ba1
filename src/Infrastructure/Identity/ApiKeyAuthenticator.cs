using CleanLlm.Application.ApiKeys;
using CleanLlm.Application.Callers;
using CleanLlm.Application.Security;
using CleanLlm.Infrastructure.Persistence.Access;
using CleanLlm.Infrastructure.Persistence.ApiKeys;

namespace CleanLlm.Infrastructure.Identity;

internal sealed class ApiKeyAuthenticator(ApiKeyStates states, IAccessStates access, ApiKeyUses uses, IKeyedHash hash, TimeProvider clock)
    : IApiKeyAuthenticator
{
    public async ValueTask<ApiKeyAccess?> AuthenticateAsync(string key, CancellationToken ct)
    {
        if (!ApiKeySecret.TryParse(key, out var secret) || await states.FindAsync(secret.Id, ct) is not { } stored)
            return null;

        var now = clock.GetUtcNow();
        if (!stored.Accepts(await secret.HashAsync(hash, ct), now) || await access.OfUserAsync(stored.UserId, ct) is null)
            return null;

        uses.Note(stored.Id, now);
        return new ApiKeyAccess(stored.Id, stored.UserId, stored.Scopes, stored.Limit);
    }
}
