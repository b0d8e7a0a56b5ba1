using CleanLlm.Domain.Results;

namespace CleanLlm.Domain.Chats;

/// <summary>The expected failures of chats.</summary>
public static class ChatErrors
{
    /// <summary>The chat is absent or somebody else's.</summary>
    public static readonly Error NotFound = new(ErrorKind.NotFound, "chat.not_found", "There is no such chat.");

    /// <summary>The message is not in this chat.</summary>
    public static readonly Error MessageNotFound = new(ErrorKind.NotFound, "message.not_found", "There is no such message in this chat.");

    /// <summary>What is to be rated is a question.</summary>
    public static readonly Error QuestionRated = Error.Invalid("messageId", "Only answers are rated, not questions.");

    /// <summary>The message named as parent is a question.</summary>
    public static readonly Error ParentIsQuestion =
        Error.Invalid("parentId", "A message follows an answer, not another question.");
}
