using CleanLlm.Domain.Results;

namespace CleanLlm.Domain.ApiKeys;

/// <summary>The expected failures of API keys.</summary>
public static class ApiKeyErrors
{
    /// <summary>The key is absent, revoked or another user's.</summary>
    public static readonly Error NotFound = new(ErrorKind.NotFound, "api_key.not_found", "There is no such API key.");

    /// <summary>The user has as many keys as one may have.</summary>
    public static readonly Error TooMany =
        new(ErrorKind.Conflict, "api_key.too_many", $"A user has at most {ApiKey.MaxPerUser} API keys; delete one first.");
}
