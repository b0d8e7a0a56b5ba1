using CleanLlm.Application.Chats;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Ids;
using CleanLlm.Infrastructure.Persistence.Content;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Chats;

internal sealed class ChatRepository(AppDbContext database, DataKeys keys) : IChatRepository
{
    public async Task<Chat?> FindAsync(ChatId id, UserId owner, CancellationToken ct) =>
        await database.Chats.SingleOrDefaultAsync(chat => chat.Id == id && chat.OwnerId == owner, ct) is { } chat
            ? (await keys.OfAsync(owner, ct)).OpenTracked(database, chat)
            : null;

    public async Task<Message?> FindMessageAsync(Chat chat, MessageId id, CancellationToken ct) =>
        await database.Messages.SingleOrDefaultAsync(message => message.Id == id && message.ChatId == chat.Id, ct) is { } message
            ? (await keys.OfAsync(chat.OwnerId, ct)).OpenTracked(database, message)
            : null;

    public async Task<MessageId?> FindNewestLeafAsync(ChatId chat, MessageId above, CancellationToken ct) =>
        await database.LeavesBelow(chat.Value, above.Value)
            .OrderByDescending(leaf => leaf.CreatedAt)
            .ThenByDescending(leaf => leaf.Id)
            .Select(leaf => (MessageId?)leaf.Id)
            .FirstOrDefaultAsync(ct);

    public void Add(Chat chat) => database.Add(chat);

    public void Remove(Chat chat) => database.Remove(chat);

    public async Task<bool> SaveAsync(CancellationToken ct)
    {
        // What is changed is a chat, or hangs on one that was read before.
        var cipher = await keys.OfAsync(database.ChangeTracker.Entries<Chat>().First().Entity.OwnerId, ct);
        return await database.TrySaveAsync(() => cipher.SaveAsync(database, ct));
    }
}
