using CleanLlm.Testing.Databases;
using Npgsql;

namespace CleanLlm.WebApi.FunctionalTests.Statements;

/// <summary>A million rows in PostgreSQL, made by the database itself: many users with little each, and one with much of everything.</summary>
internal static class SeededRows
{
    /// <summary>How many users there are beside those of the test.</summary>
    public const int Users = 30_000;

    /// <summary>A chat of the one user, with one long branch.</summary>
    public static readonly Guid LongChat = Id(5, "004");

    /// <summary>The first message of the long branch.</summary>
    public static readonly Guid FirstMessage = Id(LongBranch + 1, "005");

    private const int LongBranch = 400_000;

    // Ids sort by their number, as those of the program do by their time, and before those.
    private const string Prepare =
        """
        CREATE FUNCTION seeded_id(n bigint, kind text) RETURNS uuid LANGUAGE sql IMMUTABLE AS
        $$ SELECT CAST(lpad(to_hex(1717986918400 + n), 12, '0') || '70008' || kind || '000000000000' AS uuid) $$
        """;

    // Two at once, as most test machines have two cores. {0} is the one user, {1} how many users, {2} a user who has something.
    private static readonly string[][] Lanes =
    [
        [
            """
            INSERT INTO messages (id, chat_id, parent_id, role, content, created_at)
            SELECT seeded_id(n, '005'), seeded_id(n / 6 + 1, '004'), CASE WHEN n % 6 > 0 THEN seeded_id(n - 1, '005') END, 1 + n % 2, 'text', now() - (300000 - n) * interval '1 minute'
            FROM generate_series(1, 240000) n
            UNION ALL
            SELECT seeded_id(n, '005'), seeded_id(5, '004'), CASE WHEN n > 400001 THEN seeded_id(n - 1, '005') END, 1 + (n + 1) % 2, 'text', now() - (420000 - n) * interval '1 minute'
            FROM generate_series(400001, 410000) n
            UNION ALL
            SELECT seeded_id(n, '005'), seeded_id(40002, '004'), NULL, 1, 'text', now() - (520000 - n) * interval '1 minute' FROM generate_series(500001, 503000) n
            """,
            """
            INSERT INTO chats (id, owner_id, title, message_count, created_at, updated_at, active_leaf_id)
            SELECT seeded_id(n, '004'), CASE WHEN n % 5 = 0 THEN '{0}' ELSE seeded_id(n % {1} + 1, '001') END, 'Seeded', 0, now() - n * interval '5 minutes',
                now() - n * interval '5 minutes', CASE WHEN n = 5 THEN seeded_id(410000, '005') END
            FROM generate_series(1, 40001) n
            UNION ALL SELECT seeded_id(40002, '004'), '{2}', 'Exported', 0, now(), now(), NULL
            """,
            """
            INSERT INTO completions (id, user_id, model, provider, price, store, status, prompt, prompt_tokens, completion_tokens, cost_nanos, findings, created_at)
            SELECT seeded_id(n, '006'), CASE WHEN n % 3 = 0 THEN '{0}' ELSE seeded_id(n % {1} + 1, '001') END, 'ok', 'patient', '', TRUE, 3, 'text', 1, 1, 1, '[]',
                now() - (300000 - n) * interval '2 minutes'
            FROM generate_series(1, 120000) n
            """,
            """
            INSERT INTO quota_counters (subject_id, metric, "window", period_start, used, reserved, granted)
            SELECT '{0}', 2, 1, date_trunc('minute', now()) - n * interval '1 minute', 1, 0, 0 FROM generate_series(1, 50000) n
            UNION ALL SELECT seeded_id(n, '001'), 2, 4, date_trunc('month', now()), 1, 0, 0 FROM generate_series(1, {1}) n
            """,
            """
            INSERT INTO idempotency_keys (user_id, key_hash, request_hash, completion_id, created_at)
            SELECT seeded_id(n, '001'), decode(lpad(to_hex(n), 64, '0'), 'hex'), '\x00', seeded_id(n, '006'), now() FROM generate_series(1, {1}) n
            """,
            """
            INSERT INTO api_keys (id, user_id, name, scopes, secret_hash, created_at)
            SELECT seeded_id(n, '003'), seeded_id(n, '001'), 'Seeded', 1, '\x00', now() FROM generate_series(1, {1}) n
            """,
        ],
        [
            """
            INSERT INTO usage_ledger (id, user_id, model, provider, prompt_tokens, completion_tokens, cost_nanos, price_version, basis, admitted_at)
            SELECT seeded_id(n, '006'), CASE WHEN n <= 200000 THEN '{0}' WHEN n % 30 = 0 THEN '{2}' ELSE seeded_id(n % {1} + 1, '001') END, 'ok', 'patient', 1,
                1, 1, 'v1', 1,
                now() - (n % 200000) * interval '150 seconds'
            FROM generate_series(1, 260000) n
            """,
            """
            INSERT INTO usage_days (user_id, day, model, requests, prompt_tokens, cached_prompt_tokens, completion_tokens, reasoning_tokens, cost_nanos)
            SELECT user_id, CAST(admitted_at AT TIME ZONE 'UTC' AS date), model, count(*), 1, 0, 1, 0, 1 FROM usage_ledger GROUP BY 1, 2, 3
            ON CONFLICT DO NOTHING
            """,
            """
            INSERT INTO users (id, email, role, email_confirmed, disabled, created_at)
            SELECT seeded_id(n, '001'), 'seeded' || n || '@example.org', 1, TRUE, FALSE, now() FROM generate_series(1, {1}) n
            """,
            """
            INSERT INTO user_credentials (id, user_id, user_name, normalized_user_name, email, normalized_email, email_confirmed, phone_number_confirmed,
                two_factor_enabled, lockout_enabled, access_failed_count)
            SELECT id, id, email, upper(email), email, upper(email), FALSE, FALSE, FALSE, FALSE, 0 FROM users WHERE email LIKE 'seeded%'
            """,
            """
            INSERT INTO user_logins (login_provider, provider_key, provider_display_name, user_id)
            SELECT 'https://issuer.example', n, 'Issuer', seeded_id(n, '001') FROM generate_series(1, {1}) n
            """,
            """
            INSERT INTO templates (id, owner_id, name, version, created_at, updated_at)
            SELECT seeded_id(n, '008'), seeded_id(n, '001'), 'Seeded', 1, now(), now() FROM generate_series(1, {1}) n
            """,
            """
            INSERT INTO template_versions (id, template_id, owner_id, number, name, content, created_at)
            SELECT seeded_id(n, '009'), seeded_id(n, '008'), seeded_id(n, '001'), 1, 'Seeded', '{}', now() FROM generate_series(1, {1}) n
            """,
            """
            INSERT INTO two_factor_secrets (user_id, wrapped_secret, recovery_code_hashes, last_step)
            SELECT seeded_id(n, '001'), '\x00', '[]', 0 FROM generate_series(1, {1}) n
            """,
            """
            INSERT INTO sessions (id, user_id, created_at, last_used_at, expires_at)
            SELECT seeded_id(n, '002'), seeded_id(n, '001'), now(), now(), now() + interval '20 days' FROM generate_series(1, {1}) n
            """,
            // The session of the one user was renewed for months.
            """
            INSERT INTO refresh_tokens (hash, session_id, created_at, expires_at, used_at, replaced_by_hash)
            SELECT lpad(CAST(n AS text), 43, 'o'), (SELECT min(CAST(id AS text))::uuid FROM sessions WHERE user_id = '{0}'), now(), now() + interval '20 days', now(), lpad(CAST(n + 1 AS text), 43, 'o')
            FROM generate_series(1, 5000) n
            UNION ALL SELECT lpad(CAST(n AS text), 43, 's'), seeded_id(n, '002'), now(), now() + interval '20 days', NULL, NULL FROM generate_series(1, {1}) n
            """,
            """
            INSERT INTO one_time_tokens (hash, purpose, user_id, expires_at)
            SELECT lpad(CAST(n AS text), 43, 's'), 1, seeded_id(n, '001'), now() + interval '1 day' FROM generate_series(1, {1}) n
            """,
            """
            INSERT INTO audit_log (id, sequence, at, action, actor_id, subject_id, hash)
            SELECT seeded_id(n, '007'), n + h.sequence, now() - (60000 - n) * interval '9 minutes', CASE WHEN n % 1000 = 0 THEN 'account.erased' ELSE 'session.signed_in' END,
                CASE WHEN n % 4 = 0 THEN '{0}' ELSE seeded_id(n % {1} + 1, '001') END, CASE WHEN n % 4 = 1 THEN '{0}' ELSE seeded_id(n % {1} + 1, '001') END, '\x00'
            FROM audit_head h, generate_series(1, 60000) n
            """,
            "UPDATE audit_head SET sequence = (SELECT max(sequence) FROM audit_log)",
        ],
    ];

    /// <summary>Fills a migrated database.</summary>
    /// <param name="database">Where.</param>
    /// <param name="user">The user who gets much of everything.</param>
    /// <param name="other">The user who gets some lines of the ledger and a chat of some pages of an export.</param>
    public static async Task AddAsync(TestDatabase database, string user, string other)
    {
        await database.ExecuteAsync(Prepare);
        await Task.WhenAll(Lanes.Select(lane => RunAsync(database, lane, user, other)));
        await database.ExecuteAsync("ANALYZE");
    }

    // Without triggers, so that the order of the tables does not matter and no foreign key is checked a million times.
    private static async Task RunAsync(TestDatabase database, string[] lane, string user, string other)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SET session_replication_role = replica", connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync();
        foreach (var statement in lane)
        {
            command.CommandText = statement
                .Replace("{0}", user, StringComparison.Ordinal)
                .Replace("{1}", $"{Users}", StringComparison.Ordinal)
                .Replace("{2}", other, StringComparison.Ordinal);
            await command.ExecuteNonQueryAsync();
        }

        command.CommandText = "SET session_replication_role = DEFAULT";
        await command.ExecuteNonQueryAsync();
    }

    private static Guid Id(long number, string kind) => Guid.Parse($"{1_717_986_918_400 + number:x12}70008{kind}000000000000");
}
