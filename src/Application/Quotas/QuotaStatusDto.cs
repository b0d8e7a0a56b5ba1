using System.Text.Json.Serialization;
using CleanLlm.Domain.Quotas;

namespace CleanLlm.Application.Quotas;

/// <summary>What a user may still spend.</summary>
/// <param name="Plan">The name of the plan that holds for them.</param>
/// <param name="Limits">One for each limit of the plan.</param>
public sealed record QuotaStatusDto(string Plan, IReadOnlyList<QuotaLimitDto> Limits);

/// <summary>How far one limit is used.</summary>
/// <param name="Metric">What is counted.</param>
/// <param name="Window">Over what calendar window, in UTC; <c>running</c> for what runs at the same time.</param>
/// <param name="Limit">The amount allowed in the window, with what an admin granted for it.</param>
/// <param name="Used">Charged so far; cost exact to three decimals.</param>
/// <param name="Reserved">Held by running completions.</param>
/// <param name="Remaining">What is left.</param>
/// <param name="ResetsAt">When the window starts anew.</param>
public sealed record QuotaLimitDto(
    QuotaMetric Metric, QuotaWindow Window, long Limit, decimal Used, decimal Reserved, decimal Remaining, DateTimeOffset ResetsAt)
{
    /// <summary>Whether it is the limit of the API key that the call came with, and not of its owner's plan.</summary>
    [JsonIgnore]
    public bool IsOfKey => Source.Key is not null;

    [JsonIgnore]
    private PlanLimit Source { get; init; } = new(Metric, Window, Limit);

    /// <summary>The same limit as it stands with another state of its counter.</summary>
    internal QuotaLimitDto At(QuotaCounter counter, DateTimeOffset now) => From(Source, counter, now);

    internal static QuotaLimitDto From(PlanLimit limit, QuotaCounter? counter, DateTimeOffset now)
    {
        var (used, reserved) = (counter?.Used ?? 0, counter?.Reserved ?? 0);
        var allowed = Math.Max(0, limit.CounterAmount + (counter?.Granted ?? 0));
        return new QuotaLimitDto(
            limit.Metric,
            limit.Window,
            limit.Metric.FromCounter(allowed),
            limit.Metric.Exactly(used),
            limit.Metric.Exactly(reserved),
            limit.Metric.Exactly(Math.Max(0, allowed - used - reserved)),
            limit.Window.ResetsAt(now))
        {
            Source = limit,
        };
    }
}
