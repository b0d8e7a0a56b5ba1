using CleanLlm.Domain.Completions;

namespace CleanLlm.Domain.Chats;

/// <summary>What a completion adds to a chat: a question and its answer. The answer becomes the chat's active leaf.</summary>
/// <param name="Question">The user's message; null when it is in the chat already.</param>
/// <param name="Answer">The model's message.</param>
public sealed record Exchange(Message? Question, Message Answer)
{
    /// <summary>How many messages the chat gains.</summary>
    public int MessageCount => Question is null ? 1 : 2;

    /// <summary>
    /// What a completion has to add to its chat: nothing outside a chat or when not one character was answered,
    /// else the question, unless the chat has it already, with the answer as far as it came.
    /// </summary>
    public static Exchange? Of(Completion completion, string? prompt, string answer, DateTimeOffset now)
    {
        if (completion.Turn is not { } turn || (prompt is null && !turn.QuestionStored) || answer.Length == 0)
            return null;

        return new Exchange(
            turn.QuestionStored ? null : Message.Question(turn.ChatId, turn.QuestionId, turn.ParentId, prompt!, completion.CreatedAt),
            Message.Answer(
                turn.ChatId, turn.AnswerId, turn.QuestionId, answer, completion.Model, completion.PromptTokens, completion.CompletionTokens, now));
    }
}

/// <summary>Where in a chat a completion takes place; the ids are given out at admission so that the events can name them.</summary>
/// <param name="ChatId">The chat.</param>
/// <param name="ParentId">The message the question follows.</param>
/// <param name="QuestionId">The id the user's message will have.</param>
/// <param name="AnswerId">The id the answer will have.</param>
public sealed record ChatTurn(ChatId ChatId, MessageId? ParentId, MessageId QuestionId, MessageId AnswerId)
{
    /// <summary>Whether the question is in the chat already, so that only its answer is added: a regeneration.</summary>
    public bool QuestionStored { get; init; }
}
