using System.Runtime.CompilerServices;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Ids;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Accounts;

/// <summary>
/// The messages of some chats, oldest first in each chat. They are read in batches that go on from one chat to the next, so each
/// chat's are enumerated once and in the order of the chats.
/// </summary>
/// <param name="reading">Where they are.</param>
/// <param name="chats">The chats, in the order of their ids.</param>
/// <param name="batch">How many are read at once.</param>
internal sealed class ExportedMessages(PacedReading reading, IReadOnlyList<ChatId> chats, int batch)
{
    private readonly Queue<Message> read = new();

    // The first chat of which nothing was read; and the last message read of the one before it, when there may be more of that.
    private int unread;
    private (DateTimeOffset At, MessageId Id)? last;

    /// <summary>The messages of one chat.</summary>
    public async IAsyncEnumerable<Message> OfChatAsync(int place, [EnumeratorCancellation] CancellationToken ct = default)
    {
        do
        {
            while (read.TryPeek(out var next) && next.ChatId == chats[place])
                yield return read.Dequeue();
        }
        while (read.Count == 0 && await ReadAsync(place, ct));
    }

    private async Task<bool> ReadAsync(int place, CancellationToken ct)
    {
        if (last is null && place < unread)
            return false;

        var rows = await reading.ListAsync(
            database => (last is { } position ? Following(database, chats[place], position) : Beginning(database, [.. chats.Skip(place)]))
                .AsNoTracking()
                .Take(batch),
            ct);
        foreach (var row in rows)
            read.Enqueue(row);

        var isCut = rows.Count == batch;
        unread = last is not null ? place + 1 : isCut ? PlaceOf(rows[^1].ChatId) + 1 : chats.Count;
        last = isCut ? (rows[^1].CreatedAt, rows[^1].Id) : null;
        return rows.Count > 0;
    }

    private int PlaceOf(ChatId chat) => Enumerable.Range(0, chats.Count).First(place => chats[place] == chat);

    private static IQueryable<Message> Beginning(AppDbContext database, List<ChatId> chats) => database.Messages
        .Where(message => chats.Contains(message.ChatId))
        .OrderBy(message => message.ChatId).ThenBy(message => message.CreatedAt).ThenBy(message => message.Id);

    // A question and its answer may have got their ids in one millisecond, and then only their times tell which was first.
    // The first condition on the time is what an index can begin at.
    private static IQueryable<Message> Following(AppDbContext database, ChatId chat, (DateTimeOffset At, MessageId Id) last) => database.Messages
        .Where(message => message.ChatId == chat && message.CreatedAt >= last.At && (message.CreatedAt > last.At || message.Id > last.Id))
        .OrderBy(message => message.CreatedAt).ThenBy(message => message.Id);
}
