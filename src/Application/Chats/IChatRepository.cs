using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Ids;

namespace CleanLlm.Application.Chats;

/// <summary>Loads and stores chats.</summary>
public interface IChatRepository
{
    /// <summary>A chat, to be changed; null when it is absent or another user's.</summary>
    Task<Chat?> FindAsync(ChatId id, UserId owner, CancellationToken ct);

    /// <summary>A message of a chat, to be changed; null when the chat has no such message.</summary>
    Task<Message?> FindMessageAsync(Chat chat, MessageId id, CancellationToken ct);

    /// <summary>
    /// The newest message, by its time and then its id, that hangs below a message of a chat and has nothing below itself; the message when
    /// it has nothing below it, null when the chat has no such message.
    /// </summary>
    Task<MessageId?> FindNewestLeafAsync(ChatId chat, MessageId above, CancellationToken ct);

    /// <summary>Puts in a new chat.</summary>
    void Add(Chat chat);

    /// <summary>Takes a chat out, with its messages.</summary>
    void Remove(Chat chat);

    /// <summary>Stores what was changed, in one transaction.</summary>
    /// <returns>False, with nothing stored, when the chat was deleted meanwhile.</returns>
    Task<bool> SaveAsync(CancellationToken ct);
}
