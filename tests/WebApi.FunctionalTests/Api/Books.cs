using CleanLlm.Testing.Databases;

namespace CleanLlm.WebApi.FunctionalTests.Api;

/// <summary>Reads the tables behind the program's back, to see that counters and ledger agree.</summary>
public static class Books
{
    // A period may end between two requests, so each counter row is compared over all its periods.
    private const string Unbalanced =
        """
        SELECT count(*) FROM (
            SELECT subject_id, metric, "window", sum(used) AS used FROM quota_counters WHERE metric <> 4 GROUP BY subject_id, metric, "window") AS c
        LEFT JOIN (
            SELECT subject_id, count(*) AS requests, sum(prompt_tokens + completion_tokens) AS tokens, sum(cost_micros) AS cost
            FROM (SELECT user_id AS subject_id, prompt_tokens, completion_tokens, cost_micros FROM usage_ledger
                UNION ALL SELECT api_key_id, prompt_tokens, completion_tokens, cost_micros FROM usage_ledger WHERE api_key_id IS NOT NULL) AS lines
            GROUP BY subject_id) AS l ON l.subject_id = c.subject_id
        WHERE c.used <> coalesce(CASE c.metric WHEN 1 THEN l.requests WHEN 2 THEN l.tokens ELSE l.cost END, 0)
        """;

    /// <summary>Nothing runs, nothing is reserved, and every counter is the sum of its ledger.</summary>
    public static async Task ShouldBalanceAsync(TestDatabase database)
    {
        await Eventually.HoldsAsync("no completion runs", async () => await RunningAsync(database) == 0);
        (await ReservedAsync(database)).Should().Be(0, "every reservation is given back");
        (await database.ScalarAsync(Unbalanced)).Should().Be(0, "every counter is the sum of its ledger entries");
    }

    public static Task<long> RunningAsync(TestDatabase database) =>
        database.ScalarAsync("SELECT count(*) FROM completions WHERE status IN (1, 2) OR reservation IS NOT NULL");

    public static Task<long> ReservedAsync(TestDatabase database) => database.ScalarAsync("SELECT sum(reserved) FROM quota_counters");

    /// <summary>Ledger entries of a user.</summary>
    public static Task<long> EntriesAsync(TestDatabase database, string userId) =>
        database.ScalarAsync($"SELECT count(*) FROM usage_ledger WHERE lower(CAST(user_id AS text)) = '{userId}'");
}
