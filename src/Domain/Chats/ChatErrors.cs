using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;

namespace CleanLlm.Domain.Chats;

/// <summary>The expected failures of chats.</summary>
public static class ChatErrors
{
    /// <summary>The chat is absent or another user's.</summary>
    public static readonly Error NotFound = new(ErrorKind.NotFound, "chat.not_found", "There is no such chat.");

    /// <summary>The message is not in this chat.</summary>
    public static readonly Error MessageNotFound = new(ErrorKind.NotFound, "message.not_found", "There is no such message in this chat.");

    /// <summary>What is to be rated is a question.</summary>
    public static readonly Error QuestionRated = Error.Invalid("messageId", "Only answers are rated, not questions.");

    /// <summary>The message named as parent is a question.</summary>
    public static readonly Error ParentIsQuestion =
        Error.Invalid("parentId", "A message follows an answer, not another question.");

    /// <summary>The message to ask again is an answer.</summary>
    public static readonly Error AnswerEdited =
        Error.Invalid("messageId", "Only questions are edited; an answer is given once more by 'regenerate'.");

    /// <summary>The end of the branch moved while a message was about to follow it.</summary>
    public static readonly Error Moved = new(ErrorKind.Conflict, "request.conflict", "The chat was changed at the same time; look again.");

    /// <summary>Another completion runs at the same place of the chat.</summary>
    public static Error Busy(CompletionId running) =>
        new(ErrorKind.Conflict, "chat.busy", "This branch of the chat is being answered; wait for that answer or cancel it.") { CompletionId = running.Value };
}
