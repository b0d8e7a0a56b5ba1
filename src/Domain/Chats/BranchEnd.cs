using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;

namespace CleanLlm.Domain.Chats;

/// <summary>The message at which a branch is taken up, as it was read.</summary>
/// <param name="Id">The message.</param>
/// <param name="ParentId">The message it follows; null for the first.</param>
/// <param name="Role">Who said it.</param>
/// <param name="IsAnswered">Whether it is a question with an answer, in this branch or another.</param>
public sealed record BranchEnd(MessageId Id, MessageId? ParentId, MessageRole Role, bool IsAnswered = true)
{
    /// <summary>Where a new question hangs that goes on from here: below an answer, or a question that never got one.</summary>
    public Result<MessageId?> Following() => Role == MessageRole.Assistant || !IsAnswered ? Id : ChatErrors.ParentIsQuestion;

    /// <summary>Where a question hangs that asks this one again: beside it, so below the same message, or at the beginning of the chat.</summary>
    public Result<MessageId?> Beside() => Role == MessageRole.User ? Result<MessageId?>.Success(ParentId) : ChatErrors.AnswerEdited;
}
