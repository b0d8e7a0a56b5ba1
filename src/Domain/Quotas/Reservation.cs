using CleanLlm.Domain.Ids;

namespace CleanLlm.Domain.Quotas;

/// <summary>What a running completion holds of its user's quota until it is settled.</summary>
/// <param name="Holds">One for each limit of the plan, in lock order.</param>
/// <param name="CompletionTokens">The longest answer it pays for.</param>
public sealed record Reservation(IReadOnlyList<QuotaHold> Holds, int CompletionTokens)
{
    /// <summary>Holds for an answer of the given length under every limit.</summary>
    public static Reservation For(IReadOnlyList<PlanLimit> limits, QuotaDemand demand, int completionTokens, DateTimeOffset now)
    {
        var holds = new QuotaHold[limits.Count];
        for (var i = 0; i < holds.Length; i++)
        {
            var (metric, window, _) = limits[i];
            holds[i] = new QuotaHold(metric, window, window.PeriodStart(now), demand.Estimate(metric, completionTokens)) { Key = limits[i].Key };
        }

        return new Reservation(holds, completionTokens);
    }

    /// <summary>Decides from what is left whether a completion may run, and how long its answer may be.</summary>
    /// <param name="limits">The plan's limits.</param>
    /// <param name="user">Who asks.</param>
    /// <param name="counters">The counters of the current periods; a missing one counts as zero.</param>
    /// <param name="demand">What the completion wants.</param>
    /// <param name="now">The moment of admission.</param>
    /// <returns>A reservation that fits every limit, or which limit refuses it.</returns>
    public static Results.Result<Reservation> Decide(
        UserId user, IReadOnlyList<PlanLimit> limits, IReadOnlyCollection<QuotaCounter> counters, QuotaDemand demand, DateTimeOffset now)
    {
        long granted = demand.MaxCompletionTokens;
        foreach (var limit in limits)
        {
            var period = limit.Window.PeriodStart(now);
            var subject = QuotaSubjectId.Of(user, limit.Key);
            var counter = counters.FirstOrDefault(
                c => c.SubjectId == subject && c.Metric == limit.Metric && c.Window == limit.Window && c.PeriodStart == period);
            var allowed = limit.CounterAmount + (counter?.Granted ?? 0);
            var remaining = allowed - (counter?.Used ?? 0) - (counter?.Reserved ?? 0);
            granted = Math.Min(granted, demand.CompletionTokensWithin(limit.Metric, remaining));
            if (granted < demand.MinCompletionTokens)
                return QuotaErrors.Exceeded(limit with { Amount = Math.Max(0, limit.Metric.FromCounter(allowed)) }, now);
        }

        return For(limits, demand, (int)granted, now);
    }
}

/// <summary>An amount of one counter that is reserved.</summary>
/// <param name="Metric">What is counted.</param>
/// <param name="Window">Over what time.</param>
/// <param name="PeriodStart">The period of admission; it is settled there even when it ends in the next one.</param>
/// <param name="Amount">The estimate that is held, in the unit of its counter.</param>
public sealed record QuotaHold(QuotaMetric Metric, QuotaWindow Window, DateTimeOffset PeriodStart, long Amount)
{
    /// <summary>The API key whose counter it is; null for the user's.</summary>
    public ApiKeyId? Key { get; init; }

    /// <summary>What the hold turns into when the completion is charged; null means that nothing is charged.</summary>
    public long Charge(Usage.UsageEntry? entry) => entry is null ? 0 : Metric switch
    {
        QuotaMetric.Requests => 1,
        QuotaMetric.Tokens => entry.PromptTokens + (long)entry.CompletionTokens,
        QuotaMetric.CostMicros => entry.CostNanos,
        _ => 0,
    };
}
