using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;

namespace CleanLlm.Infrastructure.Persistence.Quotas;

/// <summary>The key of a counter.</summary>
internal readonly record struct CounterKey(QuotaSubjectId Subject, QuotaMetric Metric, QuotaWindow Window, DateTimeOffset PeriodStart);
