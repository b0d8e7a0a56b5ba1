using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Templates;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.Prompting;

/// <summary>What a prompt is made of, as its request holds it. Its texts are read and replaced through the slots of a <see cref="PromptDraft"/>.</summary>
internal sealed record PromptContent
{
    /// <summary>The operator's instructions, put first; null for none.</summary>
    public string? OperatorSystemPrompt { get; init; }

    /// <summary>The operator's instructions for the users of the plan; null for none.</summary>
    public string? PlanSystemPrompt { get; init; }

    /// <summary>The chat's instructions; null for none.</summary>
    public string? SystemPrompt { get; init; }

    /// <summary>What stands in the place of the oldest messages, where not all of them fit; null for nothing.</summary>
    public HistorySummary? Summary { get; init; }

    /// <summary>How many messages at the beginning of <see cref="History"/> the summary covers; less than 0 where some between both are left out.</summary>
    public int Summarized { get; init; }

    /// <summary>How many of the oldest messages were left out of <see cref="History"/> by their number.</summary>
    public int HistoryLeftOut { get; init; }

    /// <summary>The template that what is sent now is asked by; null for none. Its values are parts of the last message.</summary>
    public TemplateUse? Template { get; init; }

    /// <summary>Earlier messages of the branch, oldest first.</summary>
    public IReadOnlyList<Utterance> History { get; init; } = [];

    /// <summary>What is sent now: one question, or a whole conversation that its caller keeps. Ends with what is asked; empty for embeddings.</summary>
    public IReadOnlyList<ChatMessage> Messages { get; init; } = [];

    /// <summary>What the caller set beside the messages: tools, stop sequences and the like.</summary>
    public ChatOptions? Options { get; init; }

    /// <summary>The texts of which embeddings are made; empty for a completion.</summary>
    public IReadOnlyList<string> Inputs { get; init; } = [];

    /// <summary>A copy with a branch as its history: the newest of its messages, behind what a summary covers.</summary>
    /// <param name="branch">Its messages as they were read, oldest first.</param>
    /// <param name="summary">The summary of its oldest ones; null for none. It is used only where the branch has the message that it ends with.</param>
    public PromptContent With(IReadOnlyList<Utterance> branch, HistorySummary? summary)
    {
        var covered = 0;
        if (summary is not null)
            covered = branch.Select(message => message.Id).ToList().IndexOf(summary.UpTo) + 1;
        var leftOut = branch.Count <= HistoryCut.MostMessages ? 0
            : covered > 0 && branch.Count - covered <= HistoryCut.MostMessages ? covered
            : HistoryCut.FindByNumber(branch, HistoryCut.MostMessages);
        return this with
        {
            Summary = covered > 0 ? summary : null,
            Summarized = covered - leftOut,
            HistoryLeftOut = leftOut,
            History = leftOut == 0 ? branch : [.. branch.Skip(leftOut)],
        };
    }
}

/// <summary>A text and its author's role.</summary>
/// <param name="Role">The author's role.</param>
/// <param name="Content">The text.</param>
public readonly record struct Utterance(MessageRole Role, string Content)
{
    /// <summary>The message; null for a text that is none.</summary>
    public MessageId? Id { get; init; }

    /// <summary>How long the prompt of an answer was; null for a question, and where it is not known.</summary>
    public PromptMeasure? Prompt { get; init; }

    /// <summary>A question that was asked by a template, as a model reads it.</summary>
    public static Utterance Asked(TemplateUse use) => new(MessageRole.User, ParameterBlocks.Compose(use));
}
