using System.Globalization;
using CleanLlm.Application.Usage;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Usage;

/// <summary>
/// Sums up what was charged. A heavy user has hundreds of thousands of lines in the ledger a year, so whole days are read from their sums;
/// only what a report cuts off of a day, at either end, is summed up from the ledger.
/// </summary>
internal sealed class UsageQueries(AppDbContext database) : IUsageQueries
{
    public async Task<IReadOnlyList<UsageLineDto>> SumAsync(
        UserId user, DateTimeOffset from, DateTimeOffset to, UsageGrouping by, CancellationToken ct)
    {
        var first = from == Midnight(from) ? from : NextMidnight(from);
        var end = Midnight(to);
        List<Sum> sums =
        [
            .. await OfPartAsync(user, from, first < to ? first : to, ct),
            .. await OfDaysAsync(user, DayOf(first), DayOf(end), ct),
            .. await OfPartAsync(user, first < end ? end : first, to, ct),
        ];
        return
        [
            .. sums.GroupBy(sum => by == UsageGrouping.Day ? sum.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : sum.Model)
                .OrderBy(line => line.Key, StringComparer.Ordinal)
                .Select(line => new UsageLineDto(
                    line.Key,
                    line.Sum(sum => sum.Requests),
                    line.Sum(sum => sum.PromptTokens),
                    line.Sum(sum => sum.CachedPromptTokens),
                    line.Sum(sum => sum.CompletionTokens),
                    line.Sum(sum => sum.ReasoningTokens),
                    QuotaUnits.Micros(line.Sum(sum => sum.CostNanos)))),
        ];
    }

    private static DateTimeOffset Midnight(DateTimeOffset moment) => new(moment.UtcDateTime.Date, TimeSpan.Zero);

    // The last day there is has no next one, and ends with the last moment there is.
    private static DateTimeOffset NextMidnight(DateTimeOffset moment) =>
        DayOf(moment) == DateOnly.MaxValue ? DateTimeOffset.MaxValue : Midnight(moment).AddDays(1);

    private static DateOnly DayOf(DateTimeOffset moment) => DateOnly.FromDateTime(moment.UtcDateTime);

    private async Task<List<Sum>> OfDaysAsync(UserId user, DateOnly first, DateOnly end, CancellationToken ct) => first >= end
        ? []
        : await database.UsageDays
            .Where(day => day.UserId == user && day.Day >= first && day.Day < end)
            .Select(day => new Sum(
                day.Day, day.Model, day.Requests, day.PromptTokens, day.CachedPromptTokens, day.CompletionTokens, day.ReasoningTokens, day.CostNanos))
            .ToListAsync(ct);

    // All of it lies in one day.
    private async Task<List<Sum>> OfPartAsync(UserId user, DateTimeOffset from, DateTimeOffset to, CancellationToken ct)
    {
        if (from >= to)
            return [];
        var day = DayOf(from);
        return await database.UsageLedger
            .Where(entry => entry.UserId == user && entry.AdmittedAt >= from && entry.AdmittedAt < to)
            .GroupBy(entry => entry.Model)
            .Select(group => new Sum(
                day,
                group.Key,
                group.LongCount(),
                group.Sum(entry => (long)entry.PromptTokens),
                group.Sum(entry => (long)entry.CachedPromptTokens),
                group.Sum(entry => (long)entry.CompletionTokens),
                group.Sum(entry => (long)entry.ReasoningTokens),
                group.Sum(entry => entry.CostNanos)))
            .ToListAsync(ct);
    }

    /// <summary>What one model was charged for on one day, or on a part of it.</summary>
    private sealed record Sum(
        DateOnly Day, string Model, long Requests, long PromptTokens, long CachedPromptTokens, long CompletionTokens, long ReasoningTokens, long CostNanos);
}
