using CleanLlm.Domain.Ids;

namespace CleanLlm.Domain.Completions;

/// <summary>Where in a chat a completion takes place; the ids are given out at admission so that the events can name them.</summary>
/// <param name="ChatId">The chat.</param>
/// <param name="ParentId">The message the question follows.</param>
/// <param name="QuestionId">The id the user's message will have.</param>
/// <param name="AnswerId">The id the answer will have.</param>
/// <param name="QuestionStored">Whether the question is in the chat already, so that only its answer is added: a regeneration.</param>
public sealed record ChatTurn(ChatId ChatId, MessageId? ParentId, MessageId QuestionId, MessageId AnswerId, bool QuestionStored = false)
{
    /// <summary>
    /// What the completion adds a message below: the parent of a new question, the chat where it has none, the question of a regeneration.
    /// One completion runs at a time at each place. Null for completions from before this rule.
    /// </summary>
    public Guid? BranchPoint { get; private init; } = QuestionStored ? QuestionId.Value : ParentId?.Value ?? ChatId.Value;

    /// <summary>Whether the question goes to the end of the active branch, whichever message that is, and not to a message its caller named.</summary>
    public bool FollowsLeaf { get; init; }
}
