using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Infrastructure.Persistence.Quotas;
using static NpgsqlTypes.NpgsqlDbType;

namespace CleanLlm.Infrastructure.Persistence.Completions;

/// <summary>What a write changes at one counter.</summary>
/// <param name="Counter">Which counter.</param>
/// <param name="UserId">Whose completion it is.</param>
/// <param name="Id">Which completion.</param>
/// <param name="Used">What is charged, in the unit of the counter.</param>
/// <param name="Reserved">What is reserved, in the same unit; below 0 for what is given back.</param>
internal sealed record CounterChange(CounterKey Counter, UserId UserId, CompletionId Id, long Used, long Reserved)
{
    /// <summary>What <see cref="CompletionStatements.Lock"/> is given: each counter once.</summary>
    public static readonly RowSet<CounterChange> Locked = new([.. KeyColumns(), Column.Of("may_be_new", NpgsqlTypes.NpgsqlDbType.Boolean, (CounterChange c) => c.MayBeNew)]);

    /// <summary>What <see cref="CompletionStatements.Count"/> is given.</summary>
    public static readonly RowSet<CounterChange> Counted = new(
        [
            Column.Of("user_id", Uuid, (CounterChange c) => c.UserId.Value), Column.Of("id", Uuid, (CounterChange c) => c.Id.Value), .. KeyColumns(),
            Column.Of("used", Bigint, (CounterChange c) => c.Used), Column.Of("reserved", Bigint, (CounterChange c) => c.Reserved),
        ]);

    /// <summary>What <see cref="CompletionStatements.Place"/> and <see cref="CompletionStatements.Grow"/> are given beside the completions.</summary>
    public static readonly RowSet<CounterChange> Wanted = new(
        [
            Column.Of("id", Uuid, (CounterChange c) => c.Id.Value), .. KeyColumns(), Column.Of("reserved", Bigint, (CounterChange c) => c.Reserved), Column.Of("wanted", Bigint, (CounterChange c) => c.WantedByGroup),
            Column.Of("most", Bigint, (CounterChange c) => c.Most),
        ]);

    /// <summary>
    /// The most that may be used and reserved together, without what admins have granted and what must stay free; of no meaning for a closing.
    /// </summary>
    public long Most { get; private init; }

    /// <summary>What all of the group that ask want of the counter together; set when the group is formed.</summary>
    public long WantedByGroup { get; set; }

    /// <summary>Whether it asks for room at the counter, and may be refused.</summary>
    public bool Asks { get; private init; }

    /// <summary>Whether it may be the first of the counter's period.</summary>
    public bool MayBeNew { get; private init; }

    /// <summary>What an admission changes: one for each hold of its reservation.</summary>
    public static CounterChange[] Of(Completion admitted, IReadOnlyList<PlanLimit> limits, Func<QuotaMetric, long> clearance) =>
        [.. admitted.Reservation!.Holds.Select((hold, i) => new CounterChange(KeyOf(admitted, hold), admitted.UserId, admitted.Id, Used: 0, hold.Amount)
        {
            Most = limits[i].CounterAmount - clearance(limits[i].Metric),
            Asks = true,
            MayBeNew = true,
        })];

    /// <summary>What the growth of a hold changes: one for each hold, by what it is to hold more.</summary>
    public static CounterChange[] Of(Completion running, IReadOnlyList<PlanLimit> limits, Reservation larger) =>
        [.. larger.Holds.Select((hold, i) => new CounterChange(
            KeyOf(running, hold), running.UserId, running.Id, Used: 0, hold.Amount - running.Reservation!.Holds[i].Amount)
            {
                Most = limits[i].CounterAmount,
                Asks = true,
            })];

    /// <summary>What a closing changes: one for each hold that it gives back.</summary>
    public static CounterChange[] Of(CompletionClosing closing) =>
        [.. closing.Released.Holds.Select(hold => new CounterChange(
            KeyOf(closing.Completion, hold), closing.Completion.UserId, closing.Completion.Id, hold.Charge(closing.Entry), -hold.Amount))];

    private static CounterKey KeyOf(Completion completion, QuotaHold hold) =>
        new(QuotaSubjectId.Of(completion.UserId, hold.Key), hold.Metric, hold.Window, hold.PeriodStart);

    private static Column<CounterChange>[] KeyColumns() =>
        [
            Column.Of("subject_id", Uuid, (CounterChange c) => c.Counter.Subject.Value), Column.Of("metric", Integer, (CounterChange c) => (int)c.Counter.Metric),
            Column.Of("window", Integer, (CounterChange c) => (int)c.Counter.Window), Column.Of("period_start", TimestampTz, (CounterChange c) => c.Counter.PeriodStart.UtcDateTime),
        ];
}
