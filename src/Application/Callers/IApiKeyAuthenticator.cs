using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;

namespace CleanLlm.Application.Callers;

/// <summary>Authenticates callers by their API keys.</summary>
public interface IApiKeyAuthenticator
{
    /// <summary>What a key gives right now; costs no round trip when warm.</summary>
    /// <returns>Null when it is unknown, revoked or expired, its secret is wrong, or its owner is gone or disabled.</returns>
    ValueTask<ApiKeyAccess?> AuthenticateAsync(string key, CancellationToken ct);
}

/// <summary>The API key that the request being handled came with.</summary>
public interface ICurrentApiKey
{
    /// <summary>Null when the caller is a signed-in person.</summary>
    ApiKeyAccess? Key { get; }
}

/// <summary>What a genuine API key gives.</summary>
/// <param name="Id">Which key.</param>
/// <param name="Owner">Whose rights and quota it uses.</param>
/// <param name="Scopes">What it may be used for.</param>
/// <param name="Limit">Its own limit, beside those of its owner's plan; null for none.</param>
public sealed record ApiKeyAccess(ApiKeyId Id, UserId Owner, ApiKeyScopes Scopes, PlanLimit? Limit);
