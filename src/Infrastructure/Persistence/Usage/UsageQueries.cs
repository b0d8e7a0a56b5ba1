using System.Globalization;
using CleanLlm.Application.Usage;
using CleanLlm.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Usage;

/// <summary>Sums up the ledger in the database; the index by user and time leads to the rows.</summary>
internal sealed class UsageQueries(AppDbContext database) : IUsageQueries
{
    public async Task<IReadOnlyList<UsageLineDto>> SumAsync(
        UserId user, DateTimeOffset from, DateTimeOffset to, UsageGrouping by, CancellationToken ct)
    {
        if (by == UsageGrouping.Day)
            return await SumByDayAsync(user, from, to, ct);

        return await database.UsageLedger
            .Where(entry => entry.UserId == user && entry.AdmittedAt >= from && entry.AdmittedAt < to)
            .GroupBy(entry => entry.Model)
            .OrderBy(group => group.Key)
            .Select(group => new UsageLineDto(
                group.Key, group.LongCount(), group.Sum(e => (long)e.PromptTokens), group.Sum(e => (long)e.CompletionTokens), group.Sum(e => e.CostMicros)))
            .ToListAsync(ct);
    }

    // A day is cut by each database in its own way: SQLite has ticks, PostgreSQL a time.
    private async Task<IReadOnlyList<UsageLineDto>> SumByDayAsync(UserId user, DateTimeOffset from, DateTimeOffset to, CancellationToken ct)
    {
        var rows = database.IsEmbedded
            ? database.Database.SqlQuery<DayRow>(
                $"""
                SELECT admitted_at / {TimeSpan.TicksPerDay} AS day, count(*) AS requests, sum(prompt_tokens) AS prompt_tokens,
                    sum(completion_tokens) AS completion_tokens, sum(cost_micros) AS cost_micros
                FROM usage_ledger WHERE user_id = {user.Value} AND admitted_at >= {from.UtcTicks} AND admitted_at < {to.UtcTicks} GROUP BY 1
                """)
            : database.Database.SqlQuery<DayRow>(
                $"""
                SELECT (admitted_at AT TIME ZONE 'UTC')::date - DATE '0001-01-01' AS day, count(*) AS requests, sum(prompt_tokens)::bigint AS prompt_tokens,
                    sum(completion_tokens)::bigint AS completion_tokens, sum(cost_micros)::bigint AS cost_micros
                FROM usage_ledger WHERE user_id = {user.Value} AND admitted_at >= {from} AND admitted_at < {to} GROUP BY 1
                """);
        return [.. (await rows.ToListAsync(ct)).OrderBy(row => row.Day).Select(row => row.ToLine())];
    }

    /// <param name="Day">Days since the first of January of the year 1.</param>
    private sealed record DayRow(int Day, long Requests, long PromptTokens, long CompletionTokens, long CostMicros)
    {
        public UsageLineDto ToLine() => new(
            DateOnly.FromDayNumber(Day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), Requests, PromptTokens, CompletionTokens, CostMicros);
    }
}
