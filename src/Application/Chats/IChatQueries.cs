using CleanLlm.Application.Messages;
using CleanLlm.Application.Paging;
using CleanLlm.Domain.Ids;

namespace CleanLlm.Application.Chats;

/// <summary>Reads chats and their messages, one statement a call.</summary>
public interface IChatQueries
{
    /// <summary>One chat with what runs in it; null when it is absent or another user's.</summary>
    Task<ChatDetailDto?> FindAsync(ChatId id, UserId owner, CancellationToken ct);

    /// <summary>A user's chats, newest activity first.</summary>
    /// <param name="owner">The user.</param>
    /// <param name="search">Words that title or messages must hold all of, in any case; null for all chats.</param>
    /// <param name="after">Where the page begins; null for the first.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="ct">Ends the reading.</param>
    Task<Page<ChatDto>> ListAsync(UserId owner, string? search, Cursor? after, int limit, CancellationToken ct);

    /// <summary>Messages along the active branch, newest first; null when the chat is absent or another user's.</summary>
    /// <param name="chat">Which chat.</param>
    /// <param name="owner">Whose it must be.</param>
    /// <param name="from">The message to begin with; null for the active leaf.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="ct">Ends the reading.</param>
    Task<Page<MessageDto>?> ListMessagesAsync(ChatId chat, UserId owner, MessageId? from, int limit, CancellationToken ct);

    /// <summary>All versions of a message, oldest first: none when the chat has no such message, null when the chat is absent or another user's.</summary>
    Task<IReadOnlyList<MessageDto>?> ListSiblingsAsync(ChatId chat, UserId owner, MessageId message, CancellationToken ct);
}
