using CleanLlm.Domain.Ids;

namespace CleanLlm.Domain.Chats;

/// <summary>What a model wrote in the place of the oldest messages of a branch: those from the beginning of the chat to one message. Immutable.</summary>
public sealed class ChatSummary
{
    /// <summary>The longest text, in characters.</summary>
    public const int ContentMaxLength = 20_000;

    private ChatSummary()
    {
    }

    /// <summary>The newest message that it covers; each message has one summary at most.</summary>
    public MessageId Id { get; private init; }

    /// <summary>The chat it belongs to.</summary>
    public ChatId ChatId { get; private init; }

    /// <summary>How many messages it covers.</summary>
    public int Messages { get; private init; }

    /// <summary>The text.</summary>
    public string Content { get; private init; } = "";

    /// <summary>When it was written.</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>A new summary. A text that is too long is cut.</summary>
    public static ChatSummary Of(ChatId chat, MessageId upTo, int messages, string content, DateTimeOffset now) => new()
    {
        Id = upTo,
        ChatId = chat,
        Messages = messages,
        Content = content.Length <= ContentMaxLength ? content : content[..(char.IsHighSurrogate(content[ContentMaxLength - 1]) ? ContentMaxLength - 1 : ContentMaxLength)],
        CreatedAt = now,
    };
}
