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
        if (Id is not { Value: var row })
            return;
        Content = cipher.Open(ContentColumns.MessageContent, row, Content);
        Template = cipher.Open(ContentColumns.MessageTemplate, row, Template);
        Reasoning = cipher.Open(ContentColumns.MessageReasoning, row, Reasoning);
        FeedbackComment = cipher.Open(ContentColumns.MessageFeedback, row, FeedbackComment);
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
        builder.Ignore(row => row.Use);
        builder.Ignore(row => row.End);
    }
}
