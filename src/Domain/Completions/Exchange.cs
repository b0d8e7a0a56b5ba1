using CleanLlm.Domain.Chats;

namespace CleanLlm.Domain.Completions;

/// <summary>What a completion adds to a chat: a question and its answer, or one of them. The last of them becomes the chat's active leaf.</summary>
/// <param name="Question">The user's message; null when it is in the chat already.</param>
/// <param name="Answer">The model's message; null when it was interrupted before its first character.</param>
public sealed record Exchange(Message? Question, Message? Answer)
{
    /// <summary>The messages that the chat gains, in their order.</summary>
    public IReadOnlyList<Message> Messages => Question is null ? [Answer!] : Answer is null ? [Question] : [Question, Answer];

    /// <summary>How many they are.</summary>
    public int MessageCount => Messages.Count;

    /// <summary>The new end of the branch.</summary>
    public Message Leaf => Answer ?? Question!;

    /// <summary>
    /// What a completion has to add to its chat, nothing outside any: the question, unless the chat has it already, with the answer as far
    /// as it came. Without one character of an answer the question stays only when it was interrupted, which was no fault of the question.
    /// </summary>
    public static Exchange? Of(Completion completion, string? prompt, string answer, DateTimeOffset now)
    {
        if (completion.Turn is not { } turn || (prompt is null && !turn.QuestionStored))
            return null;

        var question = turn.QuestionStored ? null : Message.Question(turn.ChatId, turn.QuestionId, turn.ParentId, prompt!, completion.Template, completion.CreatedAt);
        if (answer.Length == 0)
            return question is not null && completion.ErrorCode == CompletionErrors.Interrupted.Code ? new Exchange(question, Answer: null) : null;

        return new Exchange(
            question,
            Message.Answer(
                turn.ChatId,
                turn.AnswerId,
                turn.QuestionId,
                answer,
                completion.Reasoning,
                completion.Model,
                completion.PromptTokens,
                completion.CountedPromptTokens,
                completion.CompletionTokens,
                now));
    }
}
