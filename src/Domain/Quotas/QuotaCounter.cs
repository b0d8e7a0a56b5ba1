using CleanLlm.Domain.Ids;

namespace CleanLlm.Domain.Quotas;

/// <summary>What a user or a key has used and reserved of one metric in one period; cost in billionths of the currency. The database row is the only source of truth.</summary>
/// <param name="SubjectId">Whose.</param>
/// <param name="Metric">What is counted.</param>
/// <param name="Window">Over what time.</param>
/// <param name="PeriodStart">Which period of that window.</param>
public sealed record QuotaCounter(QuotaSubjectId SubjectId, QuotaMetric Metric, QuotaWindow Window, DateTimeOffset PeriodStart)
{
    /// <summary>Charged by the ledger; equals the sum of its entries admitted in the period.</summary>
    public long Used { get; init; }

    /// <summary>Held by running completions; equals the sum of their open reservations.</summary>
    public long Reserved { get; init; }

    /// <summary>What an admin added to the limit of this period; negative for what they took away.</summary>
    public long Granted { get; init; }

    /// <summary>The counter as it will be once all of what some completions of a user hold of it is charged.</summary>
    /// <param name="user">The user.</param>
    /// <param name="reservations">What the completions hold.</param>
    public QuotaCounter AfterCharging(UserId user, IEnumerable<Reservation> reservations)
    {
        var held = reservations.SelectMany(reservation => reservation.Holds).Where(hold => IsOf(user, hold)).Sum(hold => hold.Amount);
        return this with { Used = Used + held, Reserved = Reserved - held };
    }

    private bool IsOf(UserId user, QuotaHold hold) => SubjectId == QuotaSubjectId.Of(user, hold.Key)
        && Metric == hold.Metric && Window == hold.Window && PeriodStart == hold.PeriodStart;
}
