using CleanLlm.Domain.Ids;

namespace CleanLlm.Application.Chats.Titles;

/// <summary>Reads how untitled chats begin, and titles them.</summary>
public interface IChatTitles
{
    /// <summary>How a chat begins; null when it has a title or no answer, is absent or another user's.</summary>
    /// <param name="chat">Which chat.</param>
    /// <param name="owner">Whose it must be.</param>
    /// <param name="maxLength">How many characters of each message to read.</param>
    /// <param name="ct">Ends the reading.</param>
    Task<ChatOpening?> FindUntitledAsync(ChatId chat, UserId owner, int maxLength, CancellationToken ct);

    /// <summary>Titles a chat that still has no title; its activity does not change.</summary>
    /// <returns>False when it got one meanwhile, or is gone.</returns>
    Task<bool> SetAsync(ChatId chat, UserId owner, string title, CancellationToken ct);
}

/// <summary>The first question of a chat and its first answer, perhaps cut.</summary>
public sealed record ChatOpening(string Question, string Answer);
