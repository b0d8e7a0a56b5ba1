namespace CleanLlm.Infrastructure.Persistence.Completions;

/// <summary>
/// The statements of the hot path in PostgreSQL. Admitting and closing are each one batch: one round trip, one implicit
/// transaction. What must not happen is made to fail, which undoes the whole batch. Counters are touched in the
/// order of their key, so parallel batches of one user queue instead of deadlocking.
/// </summary>
internal static class CompletionSql
{
    /// <summary>Holds in every counter row; a reservation over the limit sets out to break it.</summary>
    public const string CounterConstraint = "ck_quota_counters_not_negative";

    /// <summary>Holds one row for each key of a user.</summary>
    public const string IdempotencyConstraint = "pk_idempotency_keys";

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

    /// <summary>Stores the running completion.</summary>
    public const string Store =
        """
        INSERT INTO completions (id, user_id, chat_id, parent_id, question_id, answer_id, model, provider, price_prompt_micros,
            price_completion_micros, price_version, store, status, prompt, prompt_tokens, completion_tokens, cost_micros,
            findings, reservation, lease_expires_at, created_at, api_key_id, question_stored)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 2, $13, $14, 0, 0, $15, $16, $17, $18, $19, $20)
        """;

    /// <summary>Remembers which completion a repeatable request made; breaks the primary key when it had made one before.</summary>
    public const string Remember =
        "INSERT INTO idempotency_keys (user_id, key_hash, request_hash, completion_id, created_at) VALUES ($1, $2, $3, $4, $5)";

    /// <summary>Brings a running completion to its end; divides by zero when it had ended before, or was erased with its user.</summary>
    public const string Close =
        """
        WITH closed AS (
            UPDATE completions SET status = $2, prompt = $3, answer = $4, prompt_tokens = $5, completion_tokens = $6, cost_micros = $7,
                finish_reason = $8, error_code = $9, finished_at = $10, model = $11, provider = $12, price_prompt_micros = $13,
                price_completion_micros = $14, price_version = $15, tool_calls = $16, cached = $17, cancel_requested = FALSE, lease_expires_at = NULL, reservation = NULL
            WHERE id = $1 AND status = 2
            RETURNING id)
        SELECT 1 / count(*) FROM closed
        """;

    /// <summary>Turns a hold into what was used of it.</summary>
    public const string Settle =
        """
        UPDATE quota_counters SET used = used + $5, reserved = reserved - $6
        WHERE subject_id = $1 AND metric = $2 AND "window" = $3 AND period_start = $4
        """;

    /// <summary>Writes the ledger entry.</summary>
    public const string Charge =
        """
        INSERT INTO usage_ledger (id, user_id, model, provider, prompt_tokens, completion_tokens, cost_micros, price_version, basis, admitted_at, api_key_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """;

    /// <summary>Makes the answer the end of the chat's active branch.</summary>
    public const string Continue =
        "UPDATE chats SET active_leaf_id = $2, message_count = message_count + $4, updated_at = $3 WHERE id = $1";

    /// <summary>Adds question and answer; breaks the foreign key when the chat was deleted meanwhile.</summary>
    public const string AddMessages =
        """
        INSERT INTO messages (id, chat_id, parent_id, role, content, model, prompt_tokens, completion_tokens, created_at)
        VALUES ($2, $1, $4, 1, $5, NULL, NULL, NULL, $6), ($3, $1, $2, 2, $7, $8, $9, $10, $11)
        """;

    /// <summary>Adds one more answer to a question that is in the chat; breaks the foreign key when the chat was deleted meanwhile.</summary>
    public const string AddAnswer =
        """
        INSERT INTO messages (id, chat_id, parent_id, role, content, model, prompt_tokens, completion_tokens, created_at)
        VALUES ($2, $1, $3, 2, $4, $5, $6, $7, $8)
        """;
}
