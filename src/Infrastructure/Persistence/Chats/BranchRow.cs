using CleanLlm.Application.Prompting;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Templates;
using CleanLlm.Infrastructure.Persistence.Content;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanLlm.Infrastructure.Persistence.Chats;

/// <summary>A message on a branch with what its chat says; without an id, it stands for a chat that has no such message.</summary>
internal sealed class BranchRow
{
    public MessageId? Id { get; init; }

    public MessageId? ParentId { get; init; }

    public MessageRole? Role { get; init; }

    public string? Content { get; private set; }

    public string? Template { get; private set; }

    public string? Reasoning { get; private set; }

    public string? Model { get; init; }

    public int? PromptTokens { get; init; }

    public int? CountedPromptTokens { get; init; }

    public int? CompletionTokens { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    public FeedbackRating? Rating { get; init; }

    public string? FeedbackComment { get; private set; }

    /// <summary>How far above the leaf it stands, from 1.</summary>
    public int? Depth { get; init; }

    /// <summary>The model of the chat.</summary>
    public string? ChatModel { get; init; }

    /// <summary>The instructions of the chat.</summary>
    public string? SystemPrompt { get; private set; }

    /// <summary>The newest message that the newest summary on the branch covers; on the first row only, and where the statement asks.</summary>
    public MessageId? SummaryId { get; init; }

    /// <summary>How many messages that summary covers.</summary>
    public int? SummaryMessages { get; init; }

    /// <summary>Its text.</summary>
    public string? SummaryContent { get; private set; }

    /// <summary>The ids of messages beside or below this one, oldest first and joined by commas; null where the statement does not ask.</summary>
    public string? Ids { get; init; }

    /// <summary>Whether a question has an answer; null where the statement does not ask.</summary>
    public bool? Answered { get; init; }

    /// <summary>The same as ids.</summary>
    public IReadOnlyList<MessageId> IdList => Ids is null ? [] : [.. Ids.Split(',').Select(id => new MessageId(Guid.Parse(id)))];

    /// <summary>How long the prompt of an answer was; null for a question, and where it is not known.</summary>
    public PromptMeasure? Prompt => this is { Model: { } model, PromptTokens: { } reported, CountedPromptTokens: { } counted }
        ? new PromptMeasure(model, reported, counted)
        : null;

    /// <summary>The message as a model may read it.</summary>
    public Utterance Utterance => (Use is { } use ? Utterance.Asked(use) : new Utterance(Role!.Value, Content!)) with { Id = Id, Prompt = Prompt };

    /// <summary>The summary of the oldest messages of the branch; null where there is none.</summary>
    public HistorySummary? Summary => this is { SummaryId: { } upTo, SummaryMessages: { } messages, SummaryContent: { } text }
        ? new HistorySummary(upTo, messages, text)
        : null;

    /// <summary>What a question was asked by; null for any other message, and where it was no template.</summary>
    public TemplateUse? Use => TemplateUse.Parse(Template, Content);

    /// <summary>Where a branch is taken up; null when the chat has no such message.</summary>
    public BranchEnd? End => Id is { } id ? new BranchEnd(id, ParentId, Role!.Value, Answered ?? true) : null;

    /// <summary>Decrypts the content.</summary>
    /// <param name="chat">The chat.</param>
    /// <param name="cipher">Its owner's.</param>
    public void Open(Guid chat, ContentCipher cipher)
    {
        SystemPrompt = cipher.Open(ContentColumns.ChatSystemPrompt, chat, SystemPrompt);
        if (SummaryId is { Value: var summary })
            SummaryContent = cipher.Open(ContentColumns.SummaryContent, summary, SummaryContent);
        if (Id is not { Value: var row })
            return;
        Content = cipher.Open(ContentColumns.MessageContent, row, Content);
        Template = cipher.Open(ContentColumns.MessageTemplate, row, Template);
        Reasoning = cipher.Open(ContentColumns.MessageReasoning, row, Reasoning);
        FeedbackComment = cipher.Open(ContentColumns.MessageFeedback, row, FeedbackComment);
    }
}

/// <summary>Rows of a branch as a conversation.</summary>
internal static class BranchRows
{
    /// <summary>
    /// What a model reads of them. A question that was interrupted before its answer began is shown to its user, but is no part of that.
    /// </summary>
    public static List<Utterance> OldestFirst(this IEnumerable<BranchRow> newestFirst)
    {
        var next = MessageRole.User;
        List<Utterance> history = [];
        foreach (var row in newestFirst)
        {
            if (row.Role == MessageRole.Assistant || next == MessageRole.Assistant)
                history.Add(row.Utterance);
            next = row.Role!.Value;
        }

        history.Reverse();
        return history;
    }
}

/// <summary>Maps the rows of <see cref="BranchSql"/>; there is no such table.</summary>
internal sealed class BranchRowConfiguration : IEntityTypeConfiguration<BranchRow>
{
    public void Configure(EntityTypeBuilder<BranchRow> builder)
    {
        builder.HasNoKey().ToView("branch");
        builder.Ignore(row => row.IdList);
        builder.Ignore(row => row.Prompt);
        builder.Ignore(row => row.Utterance);
        builder.Ignore(row => row.Summary);
        builder.Ignore(row => row.Use);
        builder.Ignore(row => row.End);
    }
}
