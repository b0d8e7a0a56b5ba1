namespace CleanLlm.Domain.Models;

/// <summary>What tokens of a model cost, in millionths of the configured currency for 1,000 tokens.</summary>
/// <param name="PromptMicros">For 1,000 prompt tokens.</param>
/// <param name="CompletionMicros">For 1,000 completion tokens.</param>
/// <param name="Version">Names the price table the figures come from; the ledger keeps it.</param>
public sealed record TokenPrice(long PromptMicros, long CompletionMicros, string Version)
{
    /// <summary>Costs nothing.</summary>
    public static readonly TokenPrice Free = new(0, 0, "free");

    /// <summary>A price that none of the given ones exceeds, so that what is held at it suffices for each.</summary>
    public static TokenPrice Ceiling(IEnumerable<TokenPrice> prices) =>
        prices.Aggregate((left, right) => new TokenPrice(
            Math.Max(left.PromptMicros, right.PromptMicros), Math.Max(left.CompletionMicros, right.CompletionMicros), left.Version));

    /// <summary>The cost in micros, rounded up once for the whole completion.</summary>
    public long Cost(long promptTokens, long completionTokens) =>
        ((promptTokens * PromptMicros) + (completionTokens * CompletionMicros) + 999) / 1000;

    /// <summary>The most completion tokens that fit a budget in micros after the prompt; negative when the prompt alone does not fit.</summary>
    public long CompletionTokensWithin(long budgetMicros, long promptTokens)
    {
        var left = (budgetMicros * 1000) - (promptTokens * PromptMicros);
        if (left < 0)
            return -1;
        return CompletionMicros == 0 ? long.MaxValue : left / CompletionMicros;
    }
}
