using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;

namespace CleanLlm.Application.Messages;

/// <summary>One message of a chat, or the answer of a completion outside any chat.</summary>
/// <param name="Id">Identifies the message; outside any chat it is the completion's id.</param>
/// <param name="ParentId">The message it follows; null for the first.</param>
/// <param name="Role">Who said it.</param>
/// <param name="Content">The text.</param>
/// <param name="Model">The model that answered; null for a user's message.</param>
/// <param name="PromptTokens">Tokens of the prompt that led to this answer; null for a user's message.</param>
/// <param name="CompletionTokens">Tokens of this answer; null for a user's message.</param>
/// <param name="CreatedAt">When it was sent, or its answer finished.</param>
/// <param name="Feedback">What the user thought of the answer; null while unrated.</param>
public sealed record MessageDto(
    MessageId Id,
    MessageId? ParentId,
    MessageRole Role,
    string Content,
    string? Model,
    int? PromptTokens,
    int? CompletionTokens,
    DateTimeOffset CreatedAt,
    FeedbackDto? Feedback)
{
    /// <summary>
    /// What the model said while it reasoned; null when it did not, and later on unless the plan keeps it.
    /// </summary>
    public string? Reasoning { get; init; }

    /// <summary>The template that a question was asked by; null for any other message.</summary>
    public TemplateUseDto? Template { get; init; }

    /// <summary>
    /// Why a question has no answer: <c>completion.interrupted</c> when the server stopped before the answer began, so that it can be asked
    /// once more with <c>regenerate</c>; null for any other message.
    /// </summary>
    public string? ErrorCode { get; init; }

    /// <summary>
    /// The ids of all versions of this message, itself among them, oldest first: the messages with the same parent, or all without one.
    /// Position and number say "2 of 3".
    /// </summary>
    public required IReadOnlyList<MessageId> SiblingIds { get; init; }

    /// <summary>The answer of a completion.</summary>
    /// <param name="completion">In whatever state it is.</param>
    /// <param name="answer">Its text.</param>
    /// <param name="reasoning">What the model said while it reasoned; null or empty for nothing.</param>
    /// <param name="others">The other answers of the same question that are stored, oldest first, with or without this one.</param>
    internal static MessageDto AnswerOf(Completion completion, string answer, string? reasoning, IReadOnlyList<MessageId> others) => new(
        completion.Turn?.AnswerId ?? new MessageId(completion.Id.Value),
        completion.Turn?.QuestionId,
        MessageRole.Assistant,
        answer,
        completion.Model,
        completion.PromptTokens,
        completion.CompletionTokens,
        completion.FinishedAt ?? completion.CreatedAt,
        Feedback: null)
    {
        Reasoning = string.IsNullOrEmpty(reasoning) ? null : reasoning,
        SiblingIds = Siblings(completion.Turn?.AnswerId ?? new MessageId(completion.Id.Value), others),
    };

    private static IReadOnlyList<MessageId> Siblings(MessageId answer, IReadOnlyList<MessageId> others) =>
        others.Contains(answer) ? others : [.. others, answer];
}

/// <summary>A user's opinion of an answer.</summary>
/// <param name="Rating">Up or down.</param>
/// <param name="Comment">Why; null when not said.</param>
public sealed record FeedbackDto(FeedbackRating Rating, string? Comment)
{
    /// <summary>What is stored with a message; null while it is unrated.</summary>
    public static FeedbackDto? Of(FeedbackRating? rating, string? comment) => rating is { } given ? new FeedbackDto(given, comment) : null;
}
