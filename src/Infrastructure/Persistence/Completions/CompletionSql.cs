namespace CleanLlm.Infrastructure.Persistence.Completions;

/// <summary>
/// The statements of the hot path in PostgreSQL. Each is one transaction. Counters are locked in one order (metric, window)
/// before anything is written, so that parallel admissions and closings of one user queue instead of deadlocking, and what
/// <c>FOR UPDATE</c> returns is what stands now, not what stood when the statement began.
/// </summary>
internal static class CompletionSql
{
    /// <summary>Reserves under every limit and stores the running completion, or does neither; always tells the counters as they were.</summary>
    public const string Admit =
        """
        WITH wanted AS (
            SELECT * FROM unnest($19::int[], $20::int[], $21::timestamptz[], $22::bigint[], $23::bigint[])
                AS w(metric, "window", period_start, estimate, amount)
        ), counter AS (
            SELECT c.metric, c."window", c.used, c.reserved, w.estimate, w.amount
            FROM quota_counters c JOIN wanted w USING (metric, "window", period_start)
            WHERE c.user_id = $2
            ORDER BY c.metric, c."window" FOR UPDATE OF c
        ), admitted AS (
            SELECT FROM counter
            HAVING count(*) = cardinality($19::int[]) AND coalesce(bool_and(used + reserved + estimate <= amount), true)
        ), held AS (
            UPDATE quota_counters c SET reserved = c.reserved + w.estimate
            FROM wanted w, admitted
            WHERE c.user_id = $2 AND c.metric = w.metric AND c."window" = w."window" AND c.period_start = w.period_start
        ), stored AS (
            INSERT INTO completions (id, user_id, chat_id, parent_id, question_id, answer_id, model, provider, price_prompt_micros,
                price_completion_micros, price_version, store, status, prompt, prompt_tokens, completion_tokens, cost_micros,
                findings, reservation, lease_expires_at, created_at)
            SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 2, $13, $14, 0, 0, $15, $16, $17, $18
            FROM admitted
            RETURNING 1
        )
        SELECT EXISTS (SELECT FROM stored), c.metric, c."window", c.used, c.reserved
        FROM (SELECT 1) AS always LEFT JOIN counter c ON true
        ORDER BY c.metric, c."window"
        """;

    /// <summary>Ends a completion outside a chat, settles it and writes the ledger, once; tells 1, or 0 when it had been closed before.</summary>
    public const string Close = Closing + "SELECT count(*) FROM closed";

    /// <summary>Like <see cref="Close"/>, and adds question and answer to the chat, unless that was deleted meanwhile.</summary>
    public const string CloseWithExchange = Closing +
        """
        , chat AS (
            UPDATE chats SET active_leaf_id = $24, message_count = message_count + 2, updated_at = $11
            FROM closed WHERE chats.id = $22
            RETURNING chats.id
        ), exchange AS (
            INSERT INTO messages (id, chat_id, parent_id, role, content, model, prompt_tokens, completion_tokens, created_at)
            SELECT m.* FROM chat, LATERAL (VALUES
                ($23::uuid, $22::uuid, $25::uuid, 1, $26::text, NULL::text, NULL::int, NULL::int, $21::timestamptz),
                ($24::uuid, $22::uuid, $23::uuid, 2, $27::text, $18::text, $5::int, $6::int, $11::timestamptz)) AS m
        )
        SELECT count(*) FROM closed
        """;

    private const string Closing =
        """
        WITH closed AS (
            UPDATE completions SET status = $2, prompt = $3, answer = $4, prompt_tokens = $5, completion_tokens = $6, cost_micros = $7,
                finish_reason = $8, error_code = $9, reservation = NULL, lease_expires_at = NULL, finished_at = $11
            WHERE id = $1 AND status = 2
            RETURNING id
        ), released AS (
            SELECT * FROM unnest($12::int[], $13::int[], $14::timestamptz[], $15::bigint[], $16::bigint[])
                AS r(metric, "window", period_start, amount, charge)
        ), counter AS (
            SELECT c.metric, c."window", c.period_start, r.amount, r.charge
            FROM closed, quota_counters c JOIN released r USING (metric, "window", period_start)
            WHERE c.user_id = $10
            ORDER BY c.metric, c."window" FOR UPDATE OF c
        ), settled AS (
            UPDATE quota_counters c SET used = c.used + k.charge, reserved = c.reserved - k.amount
            FROM counter k
            WHERE c.user_id = $10 AND c.metric = k.metric AND c."window" = k."window" AND c.period_start = k.period_start
        ), entry AS (
            INSERT INTO usage_ledger (id, user_id, model, provider, prompt_tokens, completion_tokens, cost_micros, price_version, basis, admitted_at)
            SELECT id, $10, $18, $19, $5, $6, $7, $20, $17, $21 FROM closed WHERE $17 IS NOT NULL
        )
        """;
}
