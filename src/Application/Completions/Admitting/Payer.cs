using CleanLlm.Application.Callers;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;

namespace CleanLlm.Application.Completions.Admitting;

/// <summary>Who pays for a call of a model, and what it is held to.</summary>
/// <param name="UserId">The user who asks.</param>
/// <param name="Key">The API key it is asked with; null for a signed-in person.</param>
/// <param name="IsBackground">Whether no caller waits for it, so that it takes no place among those its user may have at once.</param>
internal sealed record Payer(UserId UserId, ApiKeyAccess? Key, bool IsBackground)
{
    /// <summary>The limits of the user's plan, and of the key.</summary>
    public IReadOnlyList<PlanLimit> LimitsOf(Plan plan) => this switch
    {
        { IsBackground: true } => [.. plan.Limits.Where(limit => limit.Metric != QuotaMetric.Concurrency)],
        { Key.Limit: { } own } => [.. plan.Limits, own],
        _ => plan.Limits,
    };
}
