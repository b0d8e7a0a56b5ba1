namespace CleanLlm.Infrastructure.Persistence.Completions;

/// <summary>
/// The statements of the hot path in PostgreSQL. Admitting and closing are each one batch: one round trip, one implicit
/// transaction. What must not happen is made to fail, which undoes the whole batch. Counters are touched in the
/// order of their key, so parallel batches of one user queue instead of deadlocking.
/// </summary>
internal static class CompletionSql
{
    /// <summary>Holds one row for each key of a user.</summary>
    public const string IdempotencyConstraint = "pk_idempotency_keys";

    /// <summary>Holds one running completion for each place of a chat.</summary>
    public const string BranchIndex = "ix_completions_running_branch";

    /// <summary>A completion holds a reservation exactly while it runs.</summary>
    public const string ReservationConstraint = "ck_completions_reservation_while_running";

    /// <summary>Reserves under one limit, in a counter that is made when the period is new; breaks the constraint when that would pass the limit.</summary>
    public const string Reserve =
        """
        INSERT INTO quota_counters AS c (subject_id, metric, "window", period_start, used, reserved, granted) VALUES ($1, $2, $3, $4, 0, $5, 0)
        ON CONFLICT (subject_id, metric, "window", period_start) DO UPDATE
            SET reserved = CASE WHEN c.used + c.reserved + $5 <= $6 + c.granted THEN c.reserved + $5 ELSE -1 END
        RETURNING used, reserved, granted
        """;

    /// <summary>
    /// Stores the running completion; breaks the index when another one runs at its place of the chat. It waits there for one that is just
    /// being closed, which then settles counters: so it comes before them, or the two would wait for each other.
    /// </summary>
    public const string Store =
        """
        INSERT INTO completions (id, user_id, chat_id, parent_id, question_id, answer_id, model, provider, price, store, status, prompt,
            prompt_tokens, completion_tokens, cost_nanos, findings, reservation, lease_expires_at, created_at, api_key_id, question_stored,
            branch_point)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 2, $11, $12, 0, 0, $13, $14, clock_timestamp() + $15, $16, $17, $18, $19)
        """;

    /// <summary>
    /// Divides by zero when the end that a question follows is no longer its chat's. A statement of its own, because only what begins after
    /// the waiting at the index sees what was waited for.
    /// </summary>
    public const string CheckLeaf = "SELECT 1 / count(*) FROM chats WHERE id = $1 AND active_leaf_id IS NOT DISTINCT FROM $2";

    /// <summary>Remembers which completion a repeatable request made; breaks the primary key when it had made one before.</summary>
    public const string Remember =
        "INSERT INTO idempotency_keys (user_id, key_hash, request_hash, completion_id, created_at) VALUES ($1, $2, $3, $4, $5)";

    /// <summary>
    /// Stores how far running completions have come, and renews their leases. What is being closed just now is passed over: its renewal
    /// would wait, and with it those of all the others.
    /// </summary>
    public const string Checkpoint =
        """
        WITH running AS (SELECT id FROM completions WHERE id = ANY($2) AND status = 2 FOR UPDATE SKIP LOCKED)
        UPDATE completions c SET answer = n.answer, completion_tokens = n.completion_tokens, reasoning_tokens = n.reasoning_tokens,
            model = n.model, provider = n.provider, price = n.price, findings = n.findings, lease_expires_at = clock_timestamp() + $1
        FROM unnest($2, $3, $4, $5, $6, $7, $8, $9) AS n (id, answer, completion_tokens, reasoning_tokens, model, provider, price, findings)
        JOIN running ON running.id = n.id
        WHERE c.id = n.id
        RETURNING c.id
        """;

    /// <summary>Brings a running completion to its end; divides by zero when it had ended before, or was erased with its user.</summary>
    public const string Close = CloseWhere + CloseEnd;

    /// <summary>As <see cref="Close"/>, and divides by zero also when the lease holds: it may have been renewed since it was seen ended.</summary>
    public const string CloseAbandoned = CloseWhere + "AND lease_expires_at < now()\n" + CloseEnd;

    private const string CloseWhere =
        """
        WITH closed AS (
            UPDATE completions SET status = $2, prompt = $3, answer = $4, prompt_tokens = $5, completion_tokens = $6, cost_nanos = $7,
                finish_reason = $8, error_code = $9, finished_at = $10, model = $11, provider = $12, price = $13, tool_calls = $14, cached = $15,
                cached_prompt_tokens = $16, reasoning_tokens = $17, reasoning = $18, findings = $19, cancel_requested = FALSE, lease_expires_at = NULL, reservation = NULL
            WHERE id = $1 AND status = 2

        """;

    private const string CloseEnd =
        """
            RETURNING id)
        SELECT 1 / count(*) FROM closed
        """;

    /// <summary>Turns a hold into what was used of it.</summary>
    public const string Settle =
        """
        UPDATE quota_counters SET used = used + $5, reserved = reserved - $6
        WHERE subject_id = $1 AND metric = $2 AND "window" = $3 AND period_start = $4
        RETURNING used, reserved, granted
        """;

    /// <summary>Writes the ledger entry, and adds it to the sum of its day.</summary>
    public const string Charge =
        """
        WITH charged AS (
            INSERT INTO usage_ledger (id, user_id, model, provider, prompt_tokens, completion_tokens, cost_nanos, price_version, basis, admitted_at,
                api_key_id, cached_prompt_tokens, cache_write_tokens, reasoning_tokens)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
            RETURNING *)
        INSERT INTO usage_days AS d (user_id, day, model, requests, prompt_tokens, cached_prompt_tokens, completion_tokens, reasoning_tokens, cost_nanos)
        SELECT user_id, CAST(admitted_at AT TIME ZONE 'UTC' AS date), model, 1, prompt_tokens, cached_prompt_tokens, completion_tokens,
            reasoning_tokens, cost_nanos
        FROM charged
        ON CONFLICT (user_id, day, model) DO UPDATE SET requests = d.requests + 1, prompt_tokens = d.prompt_tokens + excluded.prompt_tokens,
            cached_prompt_tokens = d.cached_prompt_tokens + excluded.cached_prompt_tokens,
            completion_tokens = d.completion_tokens + excluded.completion_tokens,
            reasoning_tokens = d.reasoning_tokens + excluded.reasoning_tokens, cost_nanos = d.cost_nanos + excluded.cost_nanos
        """;

    /// <summary>Makes a message the end of the chat's active branch.</summary>
    public const string Continue =
        "UPDATE chats SET active_leaf_id = $2, message_count = message_count + $4, updated_at = $3 WHERE id = $1";

    /// <summary>Adds a question; breaks the foreign key when the chat was deleted meanwhile.</summary>
    public const string AddQuestion =
        """
        INSERT INTO messages (id, chat_id, parent_id, role, content, model, prompt_tokens, completion_tokens, created_at, reasoning)
        VALUES ($2, $1, $3, 1, $4, NULL, NULL, NULL, $5, NULL)
        """;

    /// <summary>Adds question and answer; breaks the foreign key when the chat was deleted meanwhile.</summary>
    public const string AddMessages =
        """
        INSERT INTO messages (id, chat_id, parent_id, role, content, model, prompt_tokens, completion_tokens, created_at, reasoning)
        VALUES ($2, $1, $3, 1, $4, NULL, NULL, NULL, $5, NULL), ($6, $1, $2, 2, $7, $8, $9, $10, $11, $12)
        """;

    /// <summary>Adds an answer to a question that is in the chat; breaks the foreign key when the chat was deleted meanwhile.</summary>
    public const string AddAnswer =
        """
        INSERT INTO messages (id, chat_id, parent_id, role, content, model, prompt_tokens, completion_tokens, created_at, reasoning)
        VALUES ($2, $1, $3, 2, $4, $5, $6, $7, $8, $9)
        """;
}
