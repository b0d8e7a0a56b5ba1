using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;

namespace CleanLlm.Infrastructure.Persistence.Quotas;

/// <summary>The key of a counter.</summary>
internal readonly record struct CounterKey(QuotaSubjectId Subject, QuotaMetric Metric, QuotaWindow Window, DateTimeOffset PeriodStart)
{
    /// <summary>The counter as it is before anything is counted.</summary>
    public QuotaCounter Empty => new(Subject, Metric, Window, PeriodStart);
}
