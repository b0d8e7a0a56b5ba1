using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;

namespace CleanLlm.Domain.Quotas;

/// <summary>What a limit leaves in one period, in the unit of its counter.</summary>
/// <param name="Limit">The limit, with what an admin gave or took in that period.</param>
/// <param name="Unused">What nothing was charged for yet; running completions may hold of it.</param>
/// <param name="Free">What is left of that beside what running completions hold.</param>
internal readonly record struct QuotaRoom(PlanLimit Limit, long Unused, long Free)
{
    /// <summary>
    /// What may be used in the end, if everything that runs uses nothing. Of completions at the same time it is what is free: their limit is
    /// one of rate, and no budget that others hold a part of.
    /// </summary>
    public long Budget => Limit.Metric == QuotaMetric.Concurrency ? Free : Unused;

    /// <summary>What one completion takes of it where it need not take all, so that others find room beside it.</summary>
    public long Share => Limit.Metric.DependsOnLength() ? Math.Max(0, Free / Reservation.Shares) : Free;

    /// <summary>What a limit leaves in the period of a moment; a counter that is missing counts as zero.</summary>
    public static QuotaRoom Of(PlanLimit limit, UserId user, IReadOnlyCollection<QuotaCounter> counters, DateTimeOffset moment)
    {
        var (subject, period) = (QuotaSubjectId.Of(user, limit.Key), limit.Window.PeriodStart(moment));
        var counter = counters.FirstOrDefault(
            c => c.SubjectId == subject && c.Metric == limit.Metric && c.Window == limit.Window && c.PeriodStart == period);
        var allowed = limit.CounterAmount + (counter?.Granted ?? 0);
        var unused = allowed - (counter?.Used ?? 0);
        return new QuotaRoom(limit with { Amount = Math.Max(0, limit.Metric.FromCounter(allowed)) }, unused, unused - (counter?.Reserved ?? 0));
    }

    /// <summary>The error of a limit that is used up.</summary>
    public Error Spent(DateTimeOffset now) => QuotaErrors.Exceeded(Limit, now);

    /// <summary>The error of a limit that others hold the rest of.</summary>
    public Error Taken(DateTimeOffset now) => QuotaErrors.Reserved(Limit, now);
}
