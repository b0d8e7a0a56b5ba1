using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.IntegrationTests.Persistence;

/// <summary>Compares the counters with what they have to be the sums of.</summary>
internal static class Ledger
{
    /// <summary>Used is the sum of the ledger, reserved the sum of the open reservations, in every period of every window; a day is the sum of its lines.</summary>
    public static async Task ShouldBalanceAsync(PersistenceHost host)
    {
        var (counters, days, entries, open) = await host.InDatabaseAsync(async database => (
            await database.QuotaCounters.AsNoTracking().ToListAsync(),
            await database.UsageDays.AsNoTracking().ToListAsync(),
            await database.UsageLedger.AsNoTracking().ToListAsync(),
            await database.Completions.AsNoTracking().Where(completion => completion.FinishedAt == null).ToListAsync()));
        days.Select(day => (day.UserId, day.Day, day.Model, day.Requests, day.PromptTokens, day.CachedPromptTokens, day.CompletionTokens, day.ReasoningTokens, day.CostNanos))
            .Should().BeEquivalentTo(
                entries.GroupBy(entry => (entry.UserId, Day: DateOnly.FromDateTime(entry.AdmittedAt.UtcDateTime), entry.Model)).Select(day => (
                    day.Key.UserId, day.Key.Day, day.Key.Model, day.LongCount(), day.Sum(entry => (long)entry.PromptTokens), day.Sum(entry => (long)entry.CachedPromptTokens),
                    day.Sum(entry => (long)entry.CompletionTokens), day.Sum(entry => (long)entry.ReasoningTokens), day.Sum(entry => entry.CostNanos))),
                "so says the ledger of each day");
        foreach (var counter in counters)
        {
            var used = entries
                .Where(entry => (entry.UserId.Value == counter.SubjectId.Value || entry.ApiKeyId?.Value == counter.SubjectId.Value) && counter.Window.PeriodStart(entry.AdmittedAt) == counter.PeriodStart)
                .Sum(entry => new QuotaHold(counter.Metric, counter.Window, counter.PeriodStart, 0).Charge(entry));
            var reserved = open
                .SelectMany(completion => completion.Reservation!.Holds.Where(hold => QuotaSubjectId.Of(completion.UserId, hold.Key) == counter.SubjectId))
                .Where(hold => hold.Metric == counter.Metric && hold.Window == counter.Window && hold.PeriodStart == counter.PeriodStart)
                .Sum(hold => hold.Amount);
            (counter.Used, counter.Reserved).Should().Be((used, reserved), "so say ledger and open reservations of {0} a {1}", counter.Metric, counter.Window);
        }
    }

    /// <summary>The one counter of a limit.</summary>
    public static Task<QuotaCounter> CounterAsync(PersistenceHost host, UserId user, QuotaMetric metric, QuotaWindow window) =>
        host.InDatabaseAsync(database => database.QuotaCounters.AsNoTracking().SingleAsync(
            counter => counter.SubjectId == QuotaSubjectId.Of(user, null) && counter.Metric == metric && counter.Window == window));
}
