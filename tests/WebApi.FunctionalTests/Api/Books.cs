using CleanLlm.Testing.Databases;

namespace CleanLlm.WebApi.FunctionalTests.Api;

/// <summary>Reads the tables directly, to see that counters and ledger agree.</summary>
public static class Books
{
    // A period may end between two requests, so each counter row is compared over all its periods.
    private const string Unbalanced =
        """
        SELECT count(*) FROM (
            SELECT subject_id, metric, "window", sum(used) AS used FROM quota_counters WHERE metric <> 4 GROUP BY subject_id, metric, "window") AS c
        LEFT JOIN (
            SELECT subject_id, count(*) AS requests, sum(prompt_tokens + completion_tokens) AS tokens, sum(cost_nanos) AS cost
            FROM (SELECT user_id AS subject_id, prompt_tokens, completion_tokens, cost_nanos FROM usage_ledger
                UNION ALL SELECT api_key_id, prompt_tokens, completion_tokens, cost_nanos FROM usage_ledger WHERE api_key_id IS NOT NULL) AS lines
            GROUP BY subject_id) AS l ON l.subject_id = c.subject_id
        WHERE c.used <> coalesce(CASE c.metric WHEN 1 THEN l.requests WHEN 2 THEN l.tokens ELSE l.cost END, 0)
        """;

    // What is erased keeps its ledger under another id, and has no days.
    private const string UnequalDays =
        """
        SELECT count(*) FROM (
            SELECT user_id, model, count(*) AS requests, sum(prompt_tokens) AS prompt, sum(cached_prompt_tokens) AS cached, sum(completion_tokens) AS completion,
                sum(reasoning_tokens) AS reasoning, sum(cost_nanos) AS cost
            FROM usage_ledger WHERE user_id IN (SELECT id FROM users) GROUP BY user_id, model) AS l
        FULL JOIN (
            SELECT user_id, model, sum(requests) AS requests, sum(prompt_tokens) AS prompt, sum(cached_prompt_tokens) AS cached, sum(completion_tokens) AS completion,
                sum(reasoning_tokens) AS reasoning, sum(cost_nanos) AS cost
            FROM usage_days GROUP BY user_id, model) AS d ON d.user_id = l.user_id AND d.model = l.model
        WHERE d.user_id IS NULL OR l.user_id IS NULL OR d.requests <> l.requests OR d.prompt <> l.prompt OR d.cached <> l.cached OR d.completion <> l.completion
            OR d.reasoning <> l.reasoning OR d.cost <> l.cost
        """;

    /// <summary>Nothing runs, nothing is reserved, and every counter and every day is the sum of its ledger.</summary>
    public static async Task ShouldBalanceAsync(TestDatabase database)
    {
        await Eventually.HoldsAsync("no completion runs", async () => await RunningAsync(database) == 0);
        (await ReservedAsync(database)).Should().Be(0, "every reservation is given back");
        (await database.ScalarAsync(Unbalanced)).Should().Be(0, "every counter is the sum of its ledger entries");
        (await database.ScalarAsync(UnequalDays)).Should().Be(0, "the days of every user are the sums of the ledger");
    }

    public static Task<long> RunningAsync(TestDatabase database) =>
        database.ScalarAsync("SELECT count(*) FROM completions WHERE status IN (1, 2) OR reservation IS NOT NULL");

    public static Task<long> ReservedAsync(TestDatabase database) => database.ScalarAsync("SELECT sum(reserved) FROM quota_counters");

    /// <summary>Ledger entries of a user.</summary>
    public static Task<long> EntriesAsync(TestDatabase database, string userId) =>
        database.ScalarAsync($"SELECT count(*) FROM usage_ledger WHERE lower(CAST(user_id AS text)) = '{userId}'");
}
