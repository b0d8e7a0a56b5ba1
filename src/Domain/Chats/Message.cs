using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Templates;

namespace CleanLlm.Domain.Chats;

/// <summary>One node of a chat's message tree; immutable once stored, except for the user's rating.</summary>
public sealed class Message
{
    /// <summary>The longest text a user may send, in characters.</summary>
    public const int ContentMaxLength = 200_000;

    /// <summary>The longest comment of a user on an answer, in characters.</summary>
    public const int FeedbackCommentMaxLength = 2_000;

    private Message()
    {
    }

    /// <summary>Identifies the message.</summary>
    public MessageId Id { get; private init; }

    /// <summary>The chat it belongs to.</summary>
    public ChatId ChatId { get; private init; }

    /// <summary>The message it follows; null for the first of a chat.</summary>
    public MessageId? ParentId { get; private init; }

    /// <summary>Who said it.</summary>
    public MessageRole Role { get; private init; }

    /// <summary>The text.</summary>
    public string Content { get; private init; } = "";

    /// <summary>
    /// The template that a question was asked by, as <see cref="TemplateUse.ToJson"/> writes it; null for any other message. With
    /// <see cref="Content"/> it says all that was asked.
    /// </summary>
    public string? Template { get; private init; }

    /// <summary>What the model said while it reasoned; null unless the plan keeps it.</summary>
    public string? Reasoning { get; private init; }

    /// <summary>The model that answered; null for a user's message.</summary>
    public string? Model { get; private init; }

    /// <summary>Tokens of the whole prompt that led to this answer; null for a user's message.</summary>
    public int? PromptTokens { get; private init; }

    /// <summary>Tokens of that prompt by the count made before it was sent; null where none is known.</summary>
    public int? CountedPromptTokens { get; private init; }

    /// <summary>Tokens of this answer; null for a user's message.</summary>
    public int? CompletionTokens { get; private init; }

    /// <summary>When it was sent, or when its answer was finished.</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>What the user thought of the answer; null while unrated.</summary>
    public FeedbackRating? Rating { get; private set; }

    /// <summary>Why the user thought so; null when not said.</summary>
    public string? FeedbackComment { get; private set; }

    /// <summary>Notes what the user thought of the answer, in place of what they said before; a blank comment is none.</summary>
    public Result<Message> Rate(FeedbackRating rating, string? comment)
    {
        if (Role != MessageRole.Assistant)
            return ChatErrors.QuestionRated;
        if (!Enum.IsDefined(rating))
            return Error.Invalid("rating", "Up or down.");
        if (comment?.Length > FeedbackCommentMaxLength || comment?.Contains('\0', StringComparison.Ordinal) == true)
            return Error.Invalid("comment", $"At most {FeedbackCommentMaxLength} characters, none of them NUL.");

        (Rating, FeedbackComment) = (rating, string.IsNullOrWhiteSpace(comment) ? null : comment);
        return this;
    }

    internal static Message Question(ChatId chat, MessageId id, MessageId? parent, string content, string? template, DateTimeOffset now) =>
        new() { Id = id, ChatId = chat, ParentId = parent, Role = MessageRole.User, Content = content, Template = template, CreatedAt = now };

    internal static Message Answer(
        ChatId chat, MessageId id, MessageId parent, string content, string? reasoning, string model, int promptTokens, int? countedPromptTokens, int completionTokens, DateTimeOffset now) =>
        new()
        {
            Id = id,
            ChatId = chat,
            ParentId = parent,
            Role = MessageRole.Assistant,
            Content = content,
            Reasoning = reasoning,
            Model = model,
            PromptTokens = promptTokens,
            CountedPromptTokens = countedPromptTokens,
            CompletionTokens = completionTokens,
            CreatedAt = now,
        };
}
