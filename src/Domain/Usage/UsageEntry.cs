using CleanLlm.Domain.Ids;

namespace CleanLlm.Domain.Usage;

/// <summary>Where the token counts of a ledger entry come from.</summary>
public enum UsageBasis
{
    /// <summary>The provider reported them.</summary>
    Reported = 1,

    /// <summary>The provider reported none, so our tokenizer counted.</summary>
    Counted = 2,

    /// <summary>The answer broke off: counted from what had been produced.</summary>
    Partial = 3,

    /// <summary>The answer came from the cache: nothing was counted.</summary>
    Cached = 4,
}

/// <summary>One line of the usage ledger. Append-only; a completion has at most one, under its own id.</summary>
/// <param name="Id">The completion that is charged.</param>
/// <param name="UserId">The user who is charged.</param>
/// <param name="Model">The model that answered.</param>
/// <param name="Provider">The provider that was called.</param>
/// <param name="PromptTokens">Tokens of the prompt, cached ones and cache writes included.</param>
/// <param name="CompletionTokens">Tokens of the answer, its reasoning included.</param>
/// <param name="CostNanos">Cost in billionths of the configured currency.</param>
/// <param name="PriceVersion">The price table used.</param>
/// <param name="Basis">Where the counts come from.</param>
/// <param name="AdmittedAt">When the completion was admitted: it counts in the quota periods that hold this moment.</param>
public sealed record UsageEntry(
    CompletionId Id,
    UserId UserId,
    string Model,
    string Provider,
    int PromptTokens,
    int CompletionTokens,
    long CostNanos,
    string PriceVersion,
    UsageBasis Basis,
    DateTimeOffset AdmittedAt)
{
    /// <summary>The line of a completion.</summary>
    public UsageEntry(
        CompletionId id, UserId userId, string model, string provider, TokenCount tokens, long costNanos, string priceVersion, DateTimeOffset admittedAt)
        : this(id, userId, model, provider, tokens.PromptTokens, tokens.CompletionTokens, costNanos, priceVersion, tokens.Basis, admittedAt) =>
        (CachedPromptTokens, CacheWriteTokens, ReasoningTokens) = (tokens.CachedPromptTokens, tokens.CacheWriteTokens, tokens.ReasoningTokens);

    /// <summary>Prompt tokens that the provider had in its cache.</summary>
    public int CachedPromptTokens { get; init; }

    /// <summary>Prompt tokens that the provider put into its cache.</summary>
    public int CacheWriteTokens { get; init; }

    /// <summary>Completion tokens that are reasoning.</summary>
    public int ReasoningTokens { get; init; }

    /// <summary>The API key it was asked with; null when it was a signed-in person.</summary>
    public ApiKeyId? ApiKeyId { get; init; }
}
