using CleanLlm.Domain.Ids;

namespace CleanLlm.Application.Completions.Admitting;

/// <summary>Is told of chats whose oldest messages will soon not fit, where the plan wants a summary of them.</summary>
public interface IDueSummaries
{
    /// <summary>Takes note of it, at each prompt anew as long as there is none. It never waits, and nothing of it reaches the completion.</summary>
    /// <param name="chat">The chat.</param>
    /// <param name="owner">Its owner, who pays.</param>
    /// <param name="upTo">The newest message that the summary is to cover.</param>
    void Add(ChatId chat, UserId owner, MessageId upTo);
}
