using CleanLlm.Domain.ApiKeys;

namespace CleanLlm.Application.ApiKeys;

/// <summary>Scopes as the contract names them.</summary>
public static class ApiKeyScopeNames
{
    private static readonly (ApiKeyScopes Scope, string Name)[] Names =
    [
        (ApiKeyScopes.Completions, "completions"),
        (ApiKeyScopes.ChatsRead, "chats:read"),
        (ApiKeyScopes.ChatsWrite, "chats:write"),
        (ApiKeyScopes.UsageRead, "usage:read"),
    ];

    /// <summary>All of them.</summary>
    public static ApiKeyScopes All { get; } = Names.Aggregate(ApiKeyScopes.None, (all, scope) => all | scope.Scope);

    /// <summary>The names of a set of scopes.</summary>
    public static IReadOnlyList<string> Of(ApiKeyScopes scopes) =>
        [.. Names.Where(scope => scopes.HasFlag(scope.Scope)).Select(scope => scope.Name)];

    /// <summary>The set that the names mean; null when one of them is unknown.</summary>
    public static ApiKeyScopes? Parse(IReadOnlyCollection<string> names)
    {
        var scopes = ApiKeyScopes.None;
        foreach (var name in names)
        {
            var known = Array.Find(Names, scope => scope.Name == name);
            if (known.Name is null)
                return null;
            scopes |= known.Scope;
        }

        return scopes;
    }
}
