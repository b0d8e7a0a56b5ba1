using CleanLlm.Application.Chats;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Ids;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Chats;

internal sealed class ChatRepository(AppDbContext database) : IChatRepository
{
    public Task<Chat?> FindAsync(ChatId id, UserId owner, CancellationToken ct) =>
        database.Chats.SingleOrDefaultAsync(chat => chat.Id == id && chat.OwnerId == owner, ct);

    public Task<Message?> FindMessageAsync(ChatId chat, MessageId id, CancellationToken ct) =>
        database.Messages.SingleOrDefaultAsync(message => message.Id == id && message.ChatId == chat, ct);

    public async Task<MessageId?> FindNewestLeafAsync(ChatId chat, MessageId above, CancellationToken ct) =>
        await database.LeavesBelow(chat.Value, above.Value)
            .OrderByDescending(leaf => leaf.CreatedAt)
            .ThenByDescending(leaf => leaf.Id)
            .Select(leaf => (MessageId?)leaf.Id)
            .FirstOrDefaultAsync(ct);

    public void Add(Chat chat) => database.Add(chat);

    public void Remove(Chat chat) => database.Remove(chat);

    public Task<bool> SaveAsync(CancellationToken ct) => database.TrySaveChangesAsync(ct);
}
