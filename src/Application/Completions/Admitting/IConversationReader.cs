using CleanLlm.Application.Prompting;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Templates;

namespace CleanLlm.Application.Completions.Admitting;

/// <summary>Reads what a completion in a chat needs, in one round trip.</summary>
public interface IConversationReader
{
    /// <summary>The chat and the branch above a message.</summary>
    /// <param name="chat">Which chat.</param>
    /// <param name="owner">Whose it must be.</param>
    /// <param name="parent">Where the branch ends; null for the active leaf.</param>
    /// <param name="maxMessages">How many of the newest messages to read.</param>
    /// <param name="ct">Ends the reading.</param>
    /// <returns>The conversation; <see cref="ChatErrors.NotFound"/>, <see cref="ChatErrors.MessageNotFound"/> or <see cref="ChatErrors.ParentIsQuestion"/>.</returns>
    Task<Result<Conversation>> ReadAsync(ChatId chat, UserId owner, MessageId? parent, int maxMessages, CancellationToken ct);

    /// <summary>The chat and the branch above the question that a message asks or answers, so that it can be answered once more.</summary>
    /// <param name="chat">Which chat.</param>
    /// <param name="owner">Whose it must be.</param>
    /// <param name="message">The question, or one of its answers.</param>
    /// <param name="maxMessages">How many of the newest messages above the question to read.</param>
    /// <param name="ct">Ends the reading.</param>
    /// <returns>The conversation with its question; <see cref="ChatErrors.NotFound"/> or <see cref="ChatErrors.MessageNotFound"/>.</returns>
    Task<Result<Conversation>> ReadAboveAsync(ChatId chat, UserId owner, MessageId message, int maxMessages, CancellationToken ct);

    /// <summary>The chat and the branch above a question, so that another one can be asked in its place.</summary>
    /// <param name="chat">Which chat.</param>
    /// <param name="owner">Whose it must be.</param>
    /// <param name="message">The question.</param>
    /// <param name="maxMessages">How many of the newest messages above the question to read.</param>
    /// <param name="ct">Ends the reading.</param>
    /// <returns>The conversation; <see cref="ChatErrors.NotFound"/>, <see cref="ChatErrors.MessageNotFound"/> or <see cref="ChatErrors.AnswerEdited"/>.</returns>
    Task<Result<Conversation>> ReadBesideAsync(ChatId chat, UserId owner, MessageId message, int maxMessages, CancellationToken ct);
}

/// <summary>A chat as a model has to know it.</summary>
/// <param name="Model">The chat's model; null for the default.</param>
/// <param name="SystemPrompt">The chat's instructions.</param>
/// <param name="ParentId">The message a new question follows; null in an empty chat.</param>
/// <param name="Messages">The newest messages of the branch, oldest first.</param>
public sealed record Conversation(string? Model, string? SystemPrompt, MessageId? ParentId, IReadOnlyList<Utterance> Messages)
{
    /// <summary>The summary of the oldest messages of the branch that ends nearest to its end; null where there is none.</summary>
    public HistorySummary? Summary { get; init; }

    /// <summary>The question that is in the chat already and follows these messages; null when a new one comes.</summary>
    public StoredQuestion? Question { get; init; }
}

/// <summary>A question that waits for one more answer.</summary>
/// <param name="Id">Its message.</param>
/// <param name="Content">Its text.</param>
public sealed record StoredQuestion(MessageId Id, string Content)
{
    /// <summary>The template that it was asked by; null for none.</summary>
    public TemplateUse? Template { get; init; }

    /// <summary>The answers it has, oldest first.</summary>
    public IReadOnlyList<MessageId> AnswerIds { get; init; } = [];
}
