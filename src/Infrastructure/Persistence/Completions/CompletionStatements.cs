using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Usage;
using CleanLlm.Infrastructure.Persistence.Content;
using static CleanLlm.Infrastructure.Persistence.Completions.CompletionColumns;

namespace CleanLlm.Infrastructure.Persistence.Completions;

/// <summary>
/// The statements of the hot path in PostgreSQL. A group of writes is one batch of them, in the order of the members here: one round trip and
/// one implicit transaction. Nothing is made to fail: what a write must not change is joined away, by the row that says that its completion
/// runs (docs/decisions/0057).
/// </summary>
/// <remarks>
/// All take their locks in this order: counters by their key, then places of chats, rows of completions, sums of days, chats. So groups of
/// several instances wait for each other, and never in a circle. A closing that goes alone is the exception: its row comes first.
/// </remarks>
internal sealed class CompletionStatements
{
    private const string CounterKey = """subject_id, metric, "window", period_start""";

    // Keeps the rows whose completion is in running_completions: placed just now, or removed by the last statement of this transaction.
    private const string Running = "JOIN running_completions r ON r.user_id = n.user_id AND r.id = n.id";

    // Whether a counter cannot carry what all of a group want of it.
    private const string HasNoRoom = "c.used + c.reserved > n.most - n.wanted + c.granted";

    private static readonly string IsRunning = $"status = {(int)CompletionStatus.Running}";

    private static readonly bool[] Either = [false, true];

    private readonly Dictionary<(bool HasTurns, bool HasKeys), Statement<Completion>> places;

    /// <param name="lease">How long a lease holds.</param>
    public CompletionStatements(TimeSpan lease)
    {
        var until = $"clock_timestamp() + interval '{(int)lease.TotalSeconds} seconds'";
        Store = new Statement<Sealed<Completion>>(Admitted, n =>
            $"""
            INSERT INTO completions ({Admitted.List(column => column.Quoted)}, lease_expires_at)
            SELECT {Admitted.List(column => $"n.{column.Quoted}")}, {until} FROM {n} {Running}
            """);
        Grow = new Statement<GrowthWrite>(Grown, n =>
            $"""
            WITH asked AS (SELECT * FROM {CounterChange.Wanted.From("n", isOne: false, Grown.Columns.Count + 1)}),
            short AS (SELECT n.id FROM asked n JOIN quota_counters c ON {Matches("c")} WHERE {HasNoRoom}),
            grown AS (
                UPDATE completions c SET reservation = n.larger, lease_expires_at = {until} FROM {n}
                WHERE c.id = n.id AND c.{IsRunning} AND c.reservation = n.reservation AND n.id NOT IN (SELECT id FROM short)
                RETURNING c.id),
            counted AS (
                UPDATE quota_counters c SET reserved = c.reserved + n.reserved
                FROM (
                    SELECT {Prefixed("n")}, CAST(sum(n.reserved) AS bigint) AS reserved FROM asked n WHERE n.id IN (SELECT id FROM grown)
                    GROUP BY {Prefixed("n")}) n
                WHERE {Matches("c")})
            SELECT id FROM grown
            """);
        Checkpoint = new Statement<Sealed<CompletionCheckpoint>>(Checkpointed, n =>
            $"""
            WITH running AS (SELECT c.id FROM {n} JOIN completions c ON c.id = n.id WHERE c.{IsRunning} FOR UPDATE OF c SKIP LOCKED)
            UPDATE completions c SET {Assignments(Checkpointed)}, lease_expires_at = {until}
            FROM {n} JOIN running ON running.id = n.id
            WHERE c.id = n.id
            RETURNING c.id
            """);
        places = (
            from hasTurns in Either
            from hasKeys in Either
            select (hasTurns, hasKeys)).ToDictionary(kind => kind, kind => PlaceOf(kind.hasTurns, kind.hasKeys));
    }

    /// <summary>Locks counters, in the order of their key. Counters of a period that an admission begins are created, also where the admission is refused.</summary>
    public Statement<CounterChange> Lock { get; } = new(CounterChange.Locked, n =>
        $"""
        INSERT INTO quota_counters AS c ({CounterKey}, used, reserved, granted)
        SELECT {Prefixed("n")}, 0, 0, 0 FROM {n}
        WHERE n.may_be_new OR EXISTS (SELECT 1 FROM quota_counters e WHERE {Matches("e")})
        ORDER BY {Prefixed("n")}
        ON CONFLICT ({CounterKey}) DO UPDATE SET reserved = c.reserved WHERE FALSE
        """);

    /// <summary>Locks running completions.</summary>
    /// <returns>What they hold.</returns>
    public Statement<Completion> LockRunning { get; } = new(Identified, n => RunningOf(n) + " FOR UPDATE OF c");

    /// <summary>Locks running completions whose leases have ended.</summary>
    /// <returns>What they hold.</returns>
    public Statement<Completion> LockAbandoned { get; } = new(Identified, n => RunningOf(n) + " AND c.lease_expires_at < now() FOR UPDATE OF c");

    /// <summary>
    /// Lets the holds of running completions grow, where they hold what was thought and the counters have room for all of the group that ask.
    /// </summary>
    /// <returns>The ids of those that have grown.</returns>
    public Statement<GrowthWrite> Grow { get; }

    /// <summary>Stores the completions that have their place.</summary>
    public Statement<Sealed<Completion>> Store { get; }

    /// <summary>Brings running completions to their end.</summary>
    public Statement<Sealed<Completion>> Close { get; } = new(Closed, n =>
        $"""
        UPDATE completions c SET {Assignments(Closed)}, cancel_requested = FALSE, lease_expires_at = NULL, reservation = NULL
        FROM {n} WHERE c.id = n.id AND c.{IsRunning}
        """);

    /// <summary>Reserves for what was admitted and turns into use what was held by what ended, summed for each counter.</summary>
    /// <returns>The counters afterwards.</returns>
    public Statement<CounterChange> Count { get; } = new(CounterChange.Counted, n =>
        $"""
        UPDATE quota_counters c SET used = c.used + n.used, reserved = c.reserved + n.reserved
        FROM (
            SELECT {Prefixed("n")}, CAST(sum(n.used) AS bigint) AS used, CAST(sum(n.reserved) AS bigint) AS reserved FROM {n} {Running}
            GROUP BY {Prefixed("n")} ORDER BY {Prefixed("n")}) n
        WHERE {Matches("c")}
        RETURNING {Prefixed("c")}, c.used, c.reserved, c.granted
        """);

    /// <summary>Writes the lines of the ledger, and adds them to the sums of their days.</summary>
    public Statement<UsageEntry> Charge { get; } = new(Charged, n =>
        $"""
        WITH charged AS (
            INSERT INTO usage_ledger ({Charged.List(column => column.Quoted)}) SELECT {Charged.List(column => $"n.{column.Quoted}")} FROM {n} {Running}
            RETURNING *)
        INSERT INTO usage_days AS d ({UsageDay.Columns})
        SELECT user_id, CAST(admitted_at AT TIME ZONE 'UTC' AS date) AS day, model, count(*), sum(prompt_tokens), sum(cached_prompt_tokens),
            sum(completion_tokens), sum(reasoning_tokens), sum(cost_nanos)
        FROM charged GROUP BY user_id, day, model ORDER BY user_id, day, model
        {UsageDay.OrAdd}
        """);

    /// <summary>Leads the chats on to their new ends, and adds the messages to those that are still there.</summary>
    public Statement<ChatGrowth> Continue { get; } = new(ChatGrowth.Columns, n =>
        $"""
        WITH continued AS (
            UPDATE chats c SET active_leaf_id = n.active_leaf_id, message_count = c.message_count + n.message_count, updated_at = n.updated_at
            FROM (SELECT n.* FROM {n} {Running} ORDER BY n.chat_id) n
            WHERE c.id = n.chat_id
            RETURNING c.id)
        INSERT INTO messages ({Said.List(column => column.Quoted)})
        SELECT {Said.List(column => $"m.{column.Quoted}")} FROM {Said.From("m", isOne: false, ChatGrowth.Columns.Columns.Count + 1)}
        WHERE m.chat_id IN (SELECT id FROM continued)
        """);

    /// <summary>Remembers which completions repeatable requests have made.</summary>
    public Statement<IdempotencyKey> Remember { get; } = new(Remembered, n =>
        $"""
        INSERT INTO idempotency_keys ({Remembered.List(column => column.Quoted)})
        SELECT {Remembered.List(column => $"n.{column.Quoted}")} FROM {n}
        JOIN running_completions r ON r.user_id = n.user_id AND r.id = n.completion_id
        """);

    /// <summary>Removes the completions from those that run, as the last statement of a closing.</summary>
    /// <returns>The ids of those that ran until now.</returns>
    public Statement<Completion> Leave { get; } = new(Identified, n =>
        $"DELETE FROM running_completions r USING {n} WHERE r.user_id = n.user_id AND r.id = n.id RETURNING r.id");

    /// <summary>Stores how far running completions have come, and renews their leases. A row that another transaction has locked is passed over: it is being closed, or its hold grows.</summary>
    /// <returns>The ids of those that were stored.</returns>
    public Statement<Sealed<CompletionCheckpoint>> Checkpoint { get; }

    /// <summary>
    /// Gives completions their places among those that run: where the counters have room for all of the group that ask, no request under the same
    /// key has made one, and nothing else runs at the place of the chat, whose end is still what was read. Its further parameters are
    /// <see cref="CounterChange.Wanted"/>.
    /// </summary>
    /// <param name="hasTurns">Whether some are in chats.</param>
    /// <param name="hasKeys">Whether some are repeatable.</param>
    /// <returns>The ids of those that have a place.</returns>
    public Statement<Completion> Place(bool hasTurns, bool hasKeys) => places[(hasTurns, hasKeys)];

    private static Statement<Completion> PlaceOf(bool hasTurns, bool hasKeys)
    {
        const string NoOther =
            "\nAND NOT EXISTS (SELECT 1 FROM running_completions o WHERE o.chat_id = n.chat_id AND o.branch_point = n.branch_point)";
        const string SameEnd =
            "\nAND (NOT n.follows_leaf OR EXISTS (SELECT 1 FROM chats c WHERE c.id = n.chat_id AND c.active_leaf_id IS NOT DISTINCT FROM n.parent_id))";
        const string NewKey =
            "\nAND NOT EXISTS (SELECT 1 FROM idempotency_keys k WHERE k.user_id = n.user_id AND k.key_hash = n.key_hash)";
        return new Statement<Completion>(Placed, n =>
            $"""
            WITH short AS (
                SELECT n.id FROM {CounterChange.Wanted.From("n", isOne: false, Placed.Columns.Count + 1)} JOIN quota_counters c ON {Matches("c")}
                WHERE {HasNoRoom})
            INSERT INTO running_completions (user_id, id, chat_id, branch_point)
            SELECT n.user_id, n.id, n.chat_id, n.branch_point FROM {n}
            WHERE n.id NOT IN (SELECT id FROM short){(hasTurns ? NoOther + SameEnd : "")}{(hasKeys ? NewKey : "")}
            ORDER BY n.chat_id, n.branch_point
            RETURNING id
            """);
    }

    private static string RunningOf(string n) => $"SELECT c.reservation FROM {n} JOIN completions c ON c.id = n.id WHERE c.{IsRunning}";

    private static string Assignments<TRow>(RowSet<TRow> rows) =>
        string.Join(", ", rows.Columns.Skip(1).Select(column => $"{column.Quoted} = n.{column.Quoted}"));

    private static string Prefixed(string alias) => $"{alias}.subject_id, {alias}.metric, {alias}.\"window\", {alias}.period_start";

    private static string Matches(string alias) =>
        $"""
        {alias}.subject_id = n.subject_id AND {alias}.metric = n.metric AND {alias}."window" = n."window" AND {alias}.period_start = n.period_start
        """;
}
