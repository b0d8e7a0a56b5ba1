using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Migrations;

namespace CleanLlm.Infrastructure.Persistence.Migrations;

/// <summary>Fills the sums of days from a ledger that is older than they are.</summary>
internal static class LedgerSums
{
    /// <summary>Sums up the whole ledger; the table of the sums is empty.</summary>
    public static void SumUpLedger(this MigrationBuilder migration)
    {
        // SQLite keeps times as ticks since the first of January of the year 1.
        var day = migration.IsSqlite()
            ? "date((admitted_at - 621355968000000000) / 10000000, 'unixepoch')"
            : "CAST(admitted_at AT TIME ZONE 'UTC' AS date)";
        // The connections of the pool read by index, which is far slower than the table in its own order when all of it is read.
        if (!migration.IsSqlite())
            migration.Sql("SET LOCAL enable_seqscan = on");
        migration.Sql(
            $"""
            INSERT INTO usage_days (user_id, day, model, requests, prompt_tokens, cached_prompt_tokens, completion_tokens, reasoning_tokens, cost_nanos)
            SELECT user_id, {day}, model, count(*), sum(prompt_tokens), sum(cached_prompt_tokens), sum(completion_tokens), sum(reasoning_tokens), sum(cost_nanos)
            FROM usage_ledger GROUP BY 1, 2, 3;
            """);
        if (!migration.IsSqlite())
            migration.Sql("SET LOCAL enable_seqscan = off");
    }
}
