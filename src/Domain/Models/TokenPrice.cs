using CleanLlm.Domain.Usage;

namespace CleanLlm.Domain.Models;

/// <summary>
/// What a call of a model costs: by class of token for one million tokens, and for the call itself, in the configured currency.
/// A class without a price of its own costs what it is a part of.
/// </summary>
/// <param name="Prompt">For one million prompt tokens.</param>
/// <param name="Completion">For one million completion tokens.</param>
/// <param name="Version">Names the price table the figures come from; the ledger keeps it.</param>
public sealed record TokenPrice(decimal Prompt, decimal Completion, string Version)
{
    /// <summary>The highest price of any class, so that no cost leaves the range of 64 bits.</summary>
    public const decimal Max = 100_000m;

    /// <summary>Costs nothing.</summary>
    public static readonly TokenPrice Free = new(0, 0, "free");

    private const int NanosPerMicro = 1000;
    private const int Million = 1_000_000;

    /// <summary>For one million prompt tokens that the provider had in its cache. Default: <see cref="Prompt"/>.</summary>
    public decimal CachedPrompt { get; init; } = Prompt;

    /// <summary>For one million prompt tokens that the provider put into its cache. Default: <see cref="Prompt"/>.</summary>
    public decimal CacheWrite { get; init; } = Prompt;

    /// <summary>For one million completion tokens of reasoning. Default: <see cref="Completion"/>.</summary>
    public decimal Reasoning { get; init; } = Completion;

    /// <summary>For one call, whatever it counts.</summary>
    public decimal Request { get; init; }

    /// <summary>A price that none of the given ones exceeds in any class, so that what is held at it suffices for each.</summary>
    public static TokenPrice Ceiling(IEnumerable<TokenPrice> prices) => prices.Select(Dearest).Aggregate((left, right) =>
        new TokenPrice(Math.Max(left.Prompt, right.Prompt), Math.Max(left.Completion, right.Completion), left.Version)
        {
            Request = Math.Max(left.Request, right.Request),
        });

    /// <summary>The cost in billionths of the currency, rounded up once for the whole call.</summary>
    public long CostNanos(TokenCount tokens)
    {
        var plainPrompt = (long)tokens.PromptTokens - tokens.CachedPromptTokens - tokens.CacheWriteTokens;
        var plainCompletion = (long)tokens.CompletionTokens - tokens.ReasoningTokens;
        // Tokens at a price for a million of them are millionths of the currency.
        var micros = (plainPrompt * Prompt) + (tokens.CachedPromptTokens * CachedPrompt) + (tokens.CacheWriteTokens * CacheWrite)
            + (plainCompletion * Completion) + (tokens.ReasoningTokens * Reasoning) + (Request * Million);
        return (long)Math.Ceiling(micros * NanosPerMicro);
    }

    /// <summary>The most completion tokens that fit a budget in billionths after the prompt; negative when the prompt alone does not fit.</summary>
    public long CompletionTokensWithin(long budgetNanos, int promptTokens)
    {
        var left = ((decimal)budgetNanos / NanosPerMicro) - (promptTokens * Prompt) - (Request * Million);
        if (left < 0)
            return -1;
        return Completion == 0 ? long.MaxValue : (long)Math.Min(left / Completion, int.MaxValue);
    }

    // Which class a token will be in is known only afterwards.
    private static TokenPrice Dearest(TokenPrice price) =>
        new(Math.Max(price.Prompt, Math.Max(price.CachedPrompt, price.CacheWrite)), Math.Max(price.Completion, price.Reasoning), price.Version)
        {
            Request = price.Request,
        };
}
