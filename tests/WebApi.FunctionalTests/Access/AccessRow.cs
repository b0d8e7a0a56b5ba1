using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Access;

/// <summary>The callers that a route is for.</summary>
public enum Audience
{
    /// <summary>Every caller, signed in or not.</summary>
    Public,

    /// <summary>Every signed-in user, each for themselves.</summary>
    Self,

    /// <summary>The owner of what the address names; for other callers it is not there.</summary>
    Owner,

    /// <summary>Admins.</summary>
    Admin,
}

/// <summary>One row of the access matrix: the callers of a route, and a call of it that is in order.</summary>
/// <param name="Audience">The callers it is for.</param>
/// <param name="Status">What those it is for are answered.</param>
/// <param name="Path">The address; may make what it names, as the owner.</param>
public sealed record AccessRow(Audience Audience, int Status, Func<AccessStage, Task<string>> Path)
{
    /// <summary>The scope that opens it to an API key; null when no key does.</summary>
    public string? Scope { get; init; }

    /// <summary>A scope with which a key reaches some of what the route is for, but not what the row's address names; null for none.</summary>
    public string? PartScope { get; init; }

    /// <summary>The callers it is for.</summary>
    public IEnumerable<CallerKind> Callers => Enum.GetValues<CallerKind>().Where(caller => caller != CallerKind.KeyWithPart || PartScope is not null);

    /// <summary>A body that is in order; null for none.</summary>
    public Func<AccessStage, Task<object>>? Body { get; init; }

    /// <summary>Headers that it wants.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Whether its body may hold properties that it does not know, which then change nothing.</summary>
    public bool IgnoresUnknown { get; init; }

    /// <summary>Whether it ends what its callers signed in with, so that each call needs callers of its own.</summary>
    public bool EndsSession { get; init; }

    /// <summary>What a caller of each kind is answered.</summary>
    public int Expected(CallerKind caller) => Audience switch
    {
        Audience.Public => Status,
        _ when caller == CallerKind.Anonymous => 401,
        _ when caller == CallerKind.KeyWithScope => Scope is null ? 403 : Status,
        _ when caller == CallerKind.KeyWithPart => 404,
        _ when caller == CallerKind.KeyWithout => 403,
        Audience.Self => Status,
        Audience.Owner => caller == CallerKind.Owner ? Status : 404,
        _ => caller == CallerKind.Admin ? Status : 403,
    };
}

/// <summary>The caller.</summary>
public enum CallerKind
{
    /// <summary>Without a credential.</summary>
    Anonymous,

    /// <summary>The user whose things the addresses name.</summary>
    Owner,

    /// <summary>Another user.</summary>
    Other,

    /// <summary>An admin, who owns none of it.</summary>
    Admin,

    /// <summary>An API key of the owner with the route's scope and no other.</summary>
    KeyWithScope,

    /// <summary>An API key of the owner with the scope for a part of the route only.</summary>
    KeyWithPart,

    /// <summary>An API key of the owner with every scope but those of the route.</summary>
    KeyWithout,
}

/// <summary>The callers of the matrix, and what the owner has.</summary>
public sealed class AccessStage(CleanLlmApi api) : IDisposable
{
    private static readonly string[] Scopes = ["completions", "chats:read", "chats:write", "usage:read"];

    private readonly Dictionary<(CallerKind, string?, string?), ApiCaller> callers = [];

    /// <summary>The owner.</summary>
    public ApiCaller Owner => callers[(CallerKind.Owner, null, null)];

    /// <summary>Another user.</summary>
    public ApiCaller Other => callers[(CallerKind.Other, null, null)];

    /// <summary>The running program.</summary>
    public CleanLlmApi Api => api;

    /// <summary>Signs all users in.</summary>
    public async Task SetAsync()
    {
        callers[(CallerKind.Anonymous, null, null)] = new ApiCaller(api.Address);
        callers[(CallerKind.Owner, null, null)] = await api.SignInAsync();
        callers[(CallerKind.Other, null, null)] = await api.SignInAsync();
        var admin = callers[(CallerKind.Admin, null, null)] = await api.SignInAsync();
        await api.Database.ExecuteAsync($"UPDATE users SET role = 2 WHERE lower(CAST(id AS text)) = '{admin.UserId}'");
    }

    /// <summary>A caller of a kind, for a route with the given scopes.</summary>
    public async Task<ApiCaller> CallerAsync(CallerKind kind, string? scope = null, string? partScope = null)
    {
        if (kind is not (CallerKind.KeyWithScope or CallerKind.KeyWithPart or CallerKind.KeyWithout))
            return callers[(kind, null, null)];
        if (callers.TryGetValue((kind, scope, partScope), out var known))
            return known;

        string[] scopes = kind switch
        {
            CallerKind.KeyWithScope when scope is not null => [scope],
            CallerKind.KeyWithPart => [partScope!],
            _ => [.. Scopes.Where(s => s != scope && s != partScope)],
        };
        var key = await Owner.PostAsync("/api/v1/api-keys", new { name = kind.ToString(), scopes });
        var caller = callers[(kind, scope, partScope)] = new ApiCaller(api.Address);
        caller.Authorize("Bearer", key.ShouldBe(System.Net.HttpStatusCode.Created).Text("key"));
        return caller;
    }

    public void Dispose()
    {
        foreach (var caller in callers.Values)
            caller.Dispose();
    }
}
