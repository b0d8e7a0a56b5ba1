using CleanLlm.Domain.Users;

namespace CleanLlm.Domain.Quotas;

/// <summary>What a user has used and reserved of one metric in one period. The database row is the only source of truth.</summary>
/// <param name="UserId">Whose.</param>
/// <param name="Metric">What is counted.</param>
/// <param name="Window">Over what time.</param>
/// <param name="PeriodStart">Which period of that window.</param>
public sealed record QuotaCounter(UserId UserId, QuotaMetric Metric, QuotaWindow Window, DateTimeOffset PeriodStart)
{
    /// <summary>Charged by the ledger; equals the sum of its entries admitted in the period.</summary>
    public long Used { get; init; }

    /// <summary>Held by running completions; equals the sum of their open reservations.</summary>
    public long Reserved { get; init; }
}
