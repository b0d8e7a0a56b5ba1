-- Whether the ledger and the counters agree, and what a run has stored, as one line of JSON.
WITH charged AS (
    SELECT user_id AS subject_id, date_trunc('day', admitted_at, 'UTC') AS period_start, count(*) AS requests, sum(prompt_tokens + completion_tokens) AS tokens
    FROM usage_ledger GROUP BY 1, 2
), expected AS (
    SELECT subject_id, period_start, metric, used
    FROM charged CROSS JOIN LATERAL (VALUES (1, requests), (2, tokens)) AS m(metric, used)
)
SELECT json_build_object(
    'ledger', (SELECT count(*) FROM usage_ledger),
    'messages', (SELECT count(*) FROM messages),
    'running', (SELECT count(*) FROM completions WHERE status IN (1, 2)),
    'failed', (SELECT count(*) FROM completions WHERE status NOT IN (1, 2, 3)),
    'reserved', (SELECT coalesce(sum(reserved), 0) FROM quota_counters),
    'unbalanced', (
        SELECT count(*) FROM quota_counters c FULL JOIN expected e USING (subject_id, metric, period_start)
        WHERE coalesce(c.used, 0) <> coalesce(e.used, 0)));
