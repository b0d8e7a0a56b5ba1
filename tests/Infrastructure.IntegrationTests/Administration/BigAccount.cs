using CleanLlm.Domain.Ids;
using CleanLlm.Testing.Databases;

namespace CleanLlm.Infrastructure.IntegrationTests.Administration;

/// <summary>Many rows of one user, made inside the database. Two messages each have the same time, as a question and its answer may.</summary>
internal static class BigAccount
{
    /// <summary>Adds messages to a chat; the place makes their ids unique.</summary>
    public static Task AddMessagesAsync(TestDatabase database, ChatId chat, int place, int count) => AddAsync(
        database,
        count,
        $"""
        INSERT INTO messages (id, chat_id, role, content, created_at)
        SELECT {Id(database, place)}, {Literal(database, chat.Value)}, 1, 'message ' || i, {Moment(database)} FROM n
        """);

    /// <summary>Adds charges.</summary>
    public static Task AddChargesAsync(TestDatabase database, UserId user, int place, int count) => AddAsync(
        database,
        count,
        $"""
        INSERT INTO usage_ledger (id, user_id, model, provider, prompt_tokens, completion_tokens, cost_nanos, price_version, basis, admitted_at)
        SELECT {Id(database, place)}, {Literal(database, user.Value)}, 'model', 'provider', i, 1, 1, 'v1', 1, {Moment(database)} FROM n
        """);

    /// <summary>Adds sums of charges, one a day.</summary>
    public static Task AddUsageDaysAsync(TestDatabase database, UserId user, int count) => AddAsync(
        database,
        count,
        $"""
        INSERT INTO usage_days (user_id, day, model, requests, prompt_tokens, cached_prompt_tokens, completion_tokens, reasoning_tokens, cost_nanos)
        SELECT {Literal(database, user.Value)}, {(database.Kind == DatabaseKind.Postgres ? "date '2020-01-01' + i" : "date('2020-01-01', i || ' days')")},
            'model', 1, i, 0, 1, 0, 1 FROM n
        """);

    /// <summary>Adds refresh tokens to a session.</summary>
    public static Task AddTokensAsync(TestDatabase database, SessionId session, int place, int count) => AddAsync(
        database,
        count,
        $"""
        INSERT INTO refresh_tokens (hash, session_id, created_at, expires_at)
        SELECT 'token {place} ' || i, {Literal(database, session.Value)}, {Moment(database)}, {Moment(database)} FROM n
        """);

    /// <summary>Adds repeatable requests.</summary>
    public static Task AddIdempotencyKeysAsync(TestDatabase database, UserId user, int count)
    {
        var hash = database.Kind == DatabaseKind.Postgres ? "decode(lpad(to_hex(i), 64, '0'), 'hex')" : "CAST(printf('%032X', i) AS BLOB)";
        return AddAsync(
            database,
            count,
            $"""
            INSERT INTO idempotency_keys (user_id, key_hash, request_hash, completion_id, created_at)
            SELECT {Literal(database, user.Value)}, {hash}, {hash}, {Id(database, 0)}, {Moment(database)} FROM n
            """);
    }

    /// <summary>An id as a literal.</summary>
    public static string Literal(TestDatabase database, Guid id) =>
        database.Kind == DatabaseKind.Postgres ? $"'{id}'::uuid" : $"'{id.ToString().ToUpperInvariant()}'";

    private static Task<int> AddAsync(TestDatabase database, int count, string insert) =>
        database.ExecuteAsync($"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) {insert}");

    private static string Id(TestDatabase database, int place) => database.Kind == DatabaseKind.Postgres
        ? $"('01990000-{place:x4}-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid"
        : $"printf('01990000-{place:X4}-7000-8000-%012X', i)";

    private static string Moment(TestDatabase database)
    {
        var first = new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero);
        return database.Kind == DatabaseKind.Postgres
            ? $"timestamptz '{first:yyyy-MM-dd HH:mm:ss}+00' + (i / 2) * interval '1 millisecond'"
            : $"{first.UtcTicks} + (i / 2) * {TimeSpan.TicksPerMillisecond}";
    }
}
