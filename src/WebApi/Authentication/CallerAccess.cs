using System.Security.Claims;
using CleanLlm.Application.Callers;
using CleanLlm.Application.Faults;
using CleanLlm.Domain.Ids;
using Microsoft.IdentityModel.JsonWebTokens;

namespace CleanLlm.WebApi.Authentication;

/// <summary>Looks again, while an answer is being streamed, whether the credential that asked for it is still valid.</summary>
internal sealed class CallerAccess(IAccessStates access, IApiKeyAuthenticator keys, IDatabaseFaults faults)
{
    /// <summary>False once the session was ended, the key revoked, or the user disabled or erased.</summary>
    public async ValueTask<bool> HoldsAsync(HttpContext http, CancellationToken ct)
    {
        try
        {
            if (http.Features.Get<ApiKeyAccess>() is not null)
                return ShownCredential.Of(http.Request).ApiKey is { } key && await keys.AuthenticateAsync(key, ct) is not null;
            return Guid.TryParse(http.User.FindFirstValue(JwtRegisteredClaimNames.Sid), out var session)
                && await access.OfSessionAsync(new SessionId(session), ct) is not null;
        }
        catch (Exception exception) when (faults.IsTransient(exception))
        {
            // While the database is away nothing can have been revoked in it; an answer that is under way goes on.
            return true;
        }
    }
}
