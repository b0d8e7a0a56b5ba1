using CleanLlm.Domain.Ids;

namespace CleanLlm.Domain.Quotas;

/// <summary>How much of one metric a plan allows in one window.</summary>
/// <param name="Metric">What is counted.</param>
/// <param name="Window">Over what time.</param>
/// <param name="Amount">The most that may be used and reserved together, at least 0, in the metric's unit.</param>
public sealed record PlanLimit(QuotaMetric Metric, QuotaWindow Window, long Amount)
{
    /// <summary>The largest amount that an admin may set: what every JSON reader takes exactly (RFC 8259, 6).</summary>
    public const long MaxAmount = 9_007_199_254_740_991;

    /// <summary>The same in the unit of its counter.</summary>
    public long CounterAmount => Metric.ToCounter(Amount);

    /// <summary>Whether an admin may have granted so much beside it: limit and grants together stay within <see cref="MaxAmount"/>, either way.</summary>
    /// <param name="granted">All grants of the period, in the unit of the counter.</param>
    public bool AllowsGranted(long granted)
    {
        var amount = Metric.FromCounter(granted);
        return (Int128)Amount + amount <= MaxAmount
            && amount >= -MaxAmount
            && Math.Abs(granted) <= QuotaUnits.MostCounted * (Metric == QuotaMetric.CostMicros ? 1 : 2);
    }

    /// <summary>The API key whose own limit it is; null for a limit of the plan, which counts all that its user does.</summary>
    public ApiKeyId? Key { get; init; }
}
