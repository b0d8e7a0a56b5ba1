using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;

namespace CleanLlm.Domain.Quotas;

/// <summary>
/// What a running completion holds of its user's quota until it is settled. Where the caller set no length it may hold less than the
/// longest answer takes, and then it grows with the answer.
/// </summary>
/// <param name="Holds">One for each limit of the plan, in lock order.</param>
/// <param name="CompletionTokens">The longest answer it pays for.</param>
public sealed record Reservation(IReadOnlyList<QuotaHold> Holds, int CompletionTokens)
{
    /// <summary>The least that is held of an answer, and grown by, in tokens: a few paragraphs, so that most answers need no second one.</summary>
    public const int Portion = 256;

    /// <summary>
    /// The parts that what is free is divided in: one completion holds one of them at once, so that seven more can begin beside it; less only
    /// where its longest answer takes less, or where a part is less than a portion.
    /// </summary>
    public const int Shares = 8;

    /// <summary>The longest answer that it may grow to: what model, caller and budget carry. No more is asked of the model.</summary>
    public int Bound { get; init; } = CompletionTokens;

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

    /// <summary>Decides from what is left whether a completion may run, how long its answer may become, and what is held of it at first.</summary>
    /// <param name="limits">The plan's limits.</param>
    /// <param name="user">The user.</param>
    /// <param name="counters">The counters of the current periods; a missing one counts as zero.</param>
    /// <param name="demand">What the completion wants.</param>
    /// <param name="now">The moment of admission.</param>
    /// <returns>
    /// A reservation that fits every limit; or which limit is used up, or is held by what runs (<see cref="QuotaErrors.Reserved"/>).
    /// </returns>
    public static Result<Reservation> Decide(
        UserId user, IReadOnlyList<PlanLimit> limits, IReadOnlyCollection<QuotaCounter> counters, QuotaDemand demand, DateTimeOffset now)
    {
        long bound = demand.MaxCompletionTokens;
        var share = bound;
        var rooms = new QuotaRoom[limits.Count];
        for (var i = 0; i < rooms.Length; i++)
        {
            var room = rooms[i] = QuotaRoom.Of(limits[i], user, counters, now);
            bound = Math.Min(bound, demand.CompletionTokensWithin(room.Limit.Metric, room.Budget));
            if (bound < demand.LeastCompletionTokens)
                return room.Spent(now);
            share = Math.Min(share, demand.CompletionTokensWithin(room.Limit.Metric, room.Share));
        }

        var held = demand.LengthIsSet ? bound : Math.Min(bound, Math.Max(Portion, share));
        foreach (var room in rooms)
        {
            if (demand.CompletionTokensWithin(room.Limit.Metric, room.Free) < held)
                return room.Taken(now);
        }

        return For(limits, demand, (int)held, now) with { Bound = (int)bound };
    }

    /// <summary>What it grows to where nothing is short: an answer of the wanted length, at most its bound.</summary>
    /// <param name="limits">The limits it was admitted under.</param>
    /// <param name="demand">What the completion wants.</param>
    /// <param name="wanted">How long an answer is to be paid for, in tokens.</param>
    /// <param name="admittedAt">The moment of admission.</param>
    public Reservation LargerFor(IReadOnlyList<PlanLimit> limits, QuotaDemand demand, int wanted, DateTimeOffset admittedAt) =>
        CompletionTokens >= Math.Min(wanted, Bound) ? this : For(limits, demand, Math.Min(wanted, Bound), admittedAt) with { Bound = Bound };

    /// <summary>Decides how much more of an answer is held, in the periods of its admission.</summary>
    /// <param name="limits">The limits it was admitted under.</param>
    /// <param name="user">The user.</param>
    /// <param name="counters">The counters of those periods, in which it holds what it holds.</param>
    /// <param name="demand">What the completion wants.</param>
    /// <param name="wanted">How long an answer is to be paid for, in tokens; it may become more, and less.</param>
    /// <param name="admittedAt">The moment of admission.</param>
    /// <returns>A reservation of a longer answer; or which limit is used up, or is held by what else runs.</returns>
    public Result<Reservation> Grow(
        UserId user, IReadOnlyList<PlanLimit> limits, IReadOnlyCollection<QuotaCounter> counters, QuotaDemand demand, int wanted, DateTimeOffset admittedAt)
    {
        if (CompletionTokens >= Math.Min(wanted, Bound))
            return this;
        long most = Bound;
        long share = Bound;
        for (var i = 0; i < limits.Count; i++)
        {
            if (!limits[i].Metric.DependsOnLength())
                continue;
            var room = QuotaRoom.Of(limits[i], user, counters, admittedAt);
            var (metric, held) = (room.Limit.Metric, Holds[i].Amount);
            most = Math.Min(most, demand.CompletionTokensWithin(metric, held + room.Free));
            if (most <= CompletionTokens)
                return demand.CompletionTokensWithin(metric, room.Unused) <= CompletionTokens ? room.Spent(admittedAt) : room.Taken(admittedAt);
            share = Math.Min(share, demand.CompletionTokensWithin(metric, held + room.Share));
        }

        return For(limits, demand, (int)Math.Min(most, Math.Max(wanted, share)), admittedAt) with { Bound = Bound };
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
