using CleanLlm.Domain.Models;
using CleanLlm.Domain.Usage;

namespace CleanLlm.Domain.Quotas;

/// <summary>What one completion may use, before it has run.</summary>
/// <param name="PromptTokens">Tokens of the prepared prompt.</param>
/// <param name="MaxCompletionTokens">The longest answer wanted.</param>
/// <param name="MinCompletionTokens">The shortest answer that is still of use; equals the maximum when the caller set one.</param>
/// <param name="Price">The model's price.</param>
public sealed record QuotaDemand(int PromptTokens, int MaxCompletionTokens, int MinCompletionTokens, TokenPrice Price)
{
    /// <summary>What an answer of the given length counts in a metric, in the unit of its counter.</summary>
    public long Estimate(QuotaMetric metric, long completionTokens) => metric switch
    {
        QuotaMetric.Tokens => PromptTokens + completionTokens,
        QuotaMetric.CostMicros => Price.CostNanos(new TokenCount(PromptTokens, (int)completionTokens, UsageBasis.Counted)),
        _ => 1,
    };

    /// <summary>The longest answer that a remaining amount of a metric, in the unit of its counter, leaves room for; negative when not even the prompt fits.</summary>
    public long CompletionTokensWithin(QuotaMetric metric, long remaining) => metric switch
    {
        QuotaMetric.Tokens => remaining - PromptTokens,
        QuotaMetric.CostMicros => Price.CompletionTokensWithin(remaining, PromptTokens),
        _ => remaining >= 1 ? long.MaxValue : -1,
    };
}
