using CleanLlm.Application.Chats.Summaries;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Ids;
using CleanLlm.Infrastructure.Persistence.Content;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Chats;

internal sealed class ChatSummaries(AppDbContext database, DataKeys keys) : IChatSummaries
{
    private const int AtEnd = 1;

    public async Task<Unsummarized?> FindAsync(ChatId chat, UserId owner, MessageId upTo, int maxMessages, CancellationToken ct)
    {
        var newestFirst = await database.ReadBranchAsync(chat.Value, owner.Value, upTo.Value, maxMessages, AtEnd, await keys.OfAsync(owner, ct), ct);
        if (newestFirst is not [{ Id: not null, Summary: var earlier }, ..] || earlier?.UpTo == upTo)
            return null;
        return new Unsummarized(earlier, newestFirst.TakeWhile(row => row.Id != earlier?.UpTo).OldestFirst());
    }

    public async Task<bool> AddAsync(ChatSummary summary, UserId owner, CancellationToken ct)
    {
        var cipher = await keys.OfAsync(owner, ct);
        database.Add(summary);
        try
        {
            await cipher.SaveAsync(database, ct);
            return true;
        }
        catch (DbUpdateException fault) when (UniqueViolation.IsCauseOf(fault) || ForeignKeyViolation.IsCauseOf(fault))
        {
            database.ChangeTracker.Clear();
            return false;
        }
    }
}
