using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Usage;
using CleanLlm.Infrastructure.Persistence.Quotas;
using CleanLlm.Infrastructure.Persistence.Content;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Completions;

/// <summary>Closes a running completion step by step, in a transaction of SQLite, which has one writer at a time.</summary>
internal static class ClosingSteps
{
    /// <summary>Stores the end of a completion, and settles what it held.</summary>
    /// <returns>The counters afterwards, in the order of what was held.</returns>
    public static async Task<IReadOnlyList<QuotaCounter>> CloseAsync(AppDbContext database, CompletionClosing closing, ContentCipher cipher)
    {
        var completion = closing.Completion;
        database.Update(completion);
        await database.Set<RunningCompletion>().Where(running => running.UserId == completion.UserId && running.Id == completion.Id).ExecuteDeleteAsync();

        var counters = new List<QuotaCounter>(closing.Released.Holds.Count);
        foreach (var change in CounterChange.Of(closing))
        {
            var row = database.CounterOf(change.Counter);
            await row.ExecuteUpdateAsync(set => set
                .SetProperty(counter => counter.Used, counter => counter.Used + change.Used)
                .SetProperty(counter => counter.Reserved, counter => counter.Reserved + change.Reserved));
            // A counter is gone only with its user.
            counters.Add(await row.AsNoTracking().SingleOrDefaultAsync() ?? change.Counter.Empty);
        }

        if (closing.Entry is { } entry)
        {
            database.Add(entry);
            await AddToDayAsync(database, entry);
        }

        // A chat deleted while its answer was being written gains no messages; the answer is charged all the same.
        if (closing.Exchange is { } exchange && await ContinueChatAsync(database, exchange) == 1)
            database.AddRange(exchange.Messages);
        await cipher.SaveAsync(database, default);
        return counters;
    }

    private static Task<int> AddToDayAsync(AppDbContext database, UsageEntry entry) => database.Database.ExecuteSqlRawAsync(
        $"INSERT INTO usage_days AS d ({UsageDay.Columns}) VALUES ({{0}}, {{1}}, {{2}}, 1, {{3}}, {{4}}, {{5}}, {{6}}, {{7}}) {UsageDay.OrAdd}",
        entry.UserId.Value,
        DateOnly.FromDateTime(entry.AdmittedAt.UtcDateTime),
        entry.Model,
        entry.PromptTokens,
        entry.CachedPromptTokens,
        entry.CompletionTokens,
        entry.ReasoningTokens,
        entry.CostNanos);

    private static Task<int> ContinueChatAsync(AppDbContext database, Exchange exchange) =>
        database.Chats.Where(chat => chat.Id == exchange.Leaf.ChatId).ExecuteUpdateAsync(
            row => row
                .SetProperty(chat => chat.ActiveLeafId, exchange.Leaf.Id)
                .SetProperty(chat => chat.MessageCount, chat => chat.MessageCount + exchange.MessageCount)
                .SetProperty(chat => chat.UpdatedAt, exchange.Leaf.CreatedAt));
}
