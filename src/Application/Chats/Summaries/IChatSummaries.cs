using CleanLlm.Application.Prompting;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Ids;

namespace CleanLlm.Application.Chats.Summaries;

/// <summary>Reads what is to be summarised, and keeps summaries.</summary>
public interface IChatSummaries
{
    /// <summary>The messages up to one that no summary covers yet; null when one ends there, or the message is absent or another user's.</summary>
    /// <param name="chat">Which chat.</param>
    /// <param name="owner">Whose it must be.</param>
    /// <param name="upTo">The newest of them.</param>
    /// <param name="maxMessages">How many of the newest to read.</param>
    /// <param name="ct">Ends the reading.</param>
    Task<Unsummarized?> FindAsync(ChatId chat, UserId owner, MessageId upTo, int maxMessages, CancellationToken ct);

    /// <summary>Keeps a summary, encrypted as its owner's messages are.</summary>
    /// <returns>False when another instance was first, or the chat is gone.</returns>
    Task<bool> AddAsync(ChatSummary summary, UserId owner, CancellationToken ct);
}

/// <summary>Messages that a summary is to be made of.</summary>
/// <param name="Earlier">The summary of what is above them; null for none.</param>
/// <param name="Messages">The messages, oldest first.</param>
public sealed record Unsummarized(HistorySummary? Earlier, IReadOnlyList<Utterance> Messages);
