using CleanLlm.Domain.Models;
using CleanLlm.Domain.Usage;

namespace CleanLlm.Domain.Quotas;

/// <summary>What one completion may use, before it has run.</summary>
/// <param name="PromptTokens">Tokens of the prepared prompt.</param>
/// <param name="MaxCompletionTokens">The longest answer wanted; 0 when none is, as for embeddings.</param>
/// <param name="LengthIsSet">Whether the caller set that length, so that all of it is held from the start.</param>
/// <param name="Price">The model's price.</param>
public sealed record QuotaDemand(int PromptTokens, int MaxCompletionTokens, bool LengthIsSet, TokenPrice Price)
{
    /// <summary>The shortest answer that is still of use.</summary>
    public int LeastCompletionTokens => Math.Min(MaxCompletionTokens, 1);

    /// <summary>What an answer of the given length counts in a metric, in the unit of its counter.</summary>
    public long Estimate(QuotaMetric metric, long completionTokens) => metric switch
    {
        QuotaMetric.Tokens => PromptTokens + completionTokens,
        QuotaMetric.CostMicros => Price.CostNanos(new TokenCount(PromptTokens, (int)completionTokens, UsageBasis.Counted)),
        _ => 1,
    };

    /// <summary>
    /// What must be free beside the whole demand, in the unit of the counter, for all of it to be held at once: where its length is not set and
    /// is more than a portion, one demand takes no more than its share (<see cref="Reservation.Shares"/>) of what is free.
    /// </summary>
    public long Clearance(QuotaMetric metric) => LengthIsSet || MaxCompletionTokens <= Reservation.Portion || !metric.DependsOnLength()
        ? 0
        : Estimate(metric, MaxCompletionTokens) * (Reservation.Shares - 1);

    /// <summary>The longest answer that a remaining amount of a metric, in the unit of its counter, leaves room for; negative when not even the prompt fits.</summary>
    public long CompletionTokensWithin(QuotaMetric metric, long remaining) => metric switch
    {
        QuotaMetric.Tokens => remaining - PromptTokens,
        QuotaMetric.CostMicros => Price.CompletionTokensWithin(remaining, PromptTokens),
        _ => remaining >= 1 ? long.MaxValue : -1,
    };
}
