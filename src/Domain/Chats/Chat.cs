using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;

namespace CleanLlm.Domain.Chats;

/// <summary>A conversation: a tree of messages of which one branch, up to the active leaf, is shown.</summary>
public sealed class Chat
{
    /// <summary>The longest title, in characters.</summary>
    public const int TitleMaxLength = 200;

    /// <summary>The longest system prompt, in characters.</summary>
    public const int SystemPromptMaxLength = 20_000;

    /// <summary>The longest model id, in characters.</summary>
    public const int ModelMaxLength = 200;

    private Chat()
    {
    }

    /// <summary>Identifies the chat.</summary>
    public ChatId Id { get; private set; }

    /// <summary>Who may see it.</summary>
    public UserId OwnerId { get; private set; }

    /// <summary>What it is about; null until named.</summary>
    public string? Title { get; private set; }

    /// <summary>The model its messages go to unless they name another; null means the default model.</summary>
    public string? Model { get; private set; }

    /// <summary>Instructions put before every prompt of this chat.</summary>
    public string? SystemPrompt { get; private set; }

    /// <summary>The newest message of the branch that is shown; null while empty.</summary>
    public MessageId? ActiveLeafId { get; private set; }

    /// <summary>Messages on all branches.</summary>
    public int MessageCount { get; private set; }

    /// <summary>When it was opened.</summary>
    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>When it was last changed or continued.</summary>
    public DateTimeOffset UpdatedAt { get; private set; }

    /// <summary>An empty chat.</summary>
    public static Result<Chat> Open(UserId owner, string? title, string? model, string? systemPrompt, DateTimeOffset now) =>
        new Chat { Id = ChatId.New(now), OwnerId = owner, CreatedAt = now }.Change(title, model, systemPrompt, now);

    /// <summary>Replaces title, model and system prompt; blank removes one.</summary>
    public Result<Chat> Change(string? title, string? model, string? systemPrompt, DateTimeOffset now)
    {
        if (title?.Length > TitleMaxLength || title?.Any(char.IsControl) == true)
            return Error.Invalid("title", $"At most {TitleMaxLength} characters, none of them a control character.");
        if (model?.Length > ModelMaxLength || model?.Any(char.IsControl) == true)
            return Error.Invalid("model", $"At most {ModelMaxLength} characters, none of them a control character.");
        if (systemPrompt?.Length > SystemPromptMaxLength || systemPrompt?.Contains('\0', StringComparison.Ordinal) == true)
            return Error.Invalid("systemPrompt", $"At most {SystemPromptMaxLength} characters, none of them NUL.");

        (Title, Model, SystemPrompt, UpdatedAt) = (Blank(title?.Trim()), Blank(model), Blank(systemPrompt), now);
        return this;
    }

    /// <summary>Shows the branch that ends at the given message. It was only looked at, so its place in the list of chats stays.</summary>
    public void Show(MessageId leaf) => ActiveLeafId = leaf;

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
