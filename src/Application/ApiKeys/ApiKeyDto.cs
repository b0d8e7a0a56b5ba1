using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Ids;

namespace CleanLlm.Application.ApiKeys;

/// <summary>An API key without its secret.</summary>
/// <param name="Id">Identifies the key; it is part of the key itself.</param>
/// <param name="Name">What its owner calls it.</param>
/// <param name="Scopes">What it may be used for: <c>completions</c>, <c>chats:read</c>, <c>chats:write</c>, <c>usage:read</c>.</param>
/// <param name="MonthlyTokenLimit">The most tokens of a calendar month (UTC); null for no limit of its own.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">When it stops working; null for never.</param>
/// <param name="LastUsedAt">When it was last used, to the minute; null when it never was.</param>
/// <param name="FormerSecretExpiresAt">Until when the secret before the last rotation works too; null when it does not.</param>
public record ApiKeyDto(
    ApiKeyId Id,
    string Name,
    IReadOnlyList<string> Scopes,
    long? MonthlyTokenLimit,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? LastUsedAt,
    DateTimeOffset? FormerSecretExpiresAt)
{
    internal static ApiKeyDto From(ApiKey key, DateTimeOffset now) => new(
        key.Id,
        key.Name,
        ApiKeyScopeNames.Of(key.Scopes),
        key.MonthlyTokenLimit,
        key.CreatedAt,
        key.ExpiresAt,
        key.LastUsedAt,
        key.FormerExpiresAt > now ? key.FormerExpiresAt : null);
}

/// <summary>An API key with its secret, which is shown this once.</summary>
public sealed record ApiKeyRevealed : ApiKeyDto
{
    internal ApiKeyRevealed(ApiKeyDto key, ApiKeySecret secret)
        : base(key) => Key = secret.Reveal();

    /// <summary>Send it as <c>Authorization: Bearer clk_…</c>. It cannot be shown again.</summary>
    public string Key { get; }
}
