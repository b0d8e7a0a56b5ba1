using CleanLlm.Application.Ai;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Models;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.Prompting;

/// <summary>A prompt on its way through the pipeline; every step gives back a changed copy.</summary>
public sealed record PromptDraft
{
    /// <summary>The model it is prepared for.</summary>
    public required Model Model { get; init; }

    /// <summary>The request's field that holds the question, for error messages.</summary>
    public required string Field { get; init; }

    /// <summary>Instructions put first; null for none.</summary>
    public string? SystemPrompt { get; init; }

    /// <summary>Earlier messages of the branch, oldest first.</summary>
    public IReadOnlyList<Utterance> History { get; init; } = [];

    /// <summary>What is sent now: one question, or a whole conversation that its caller keeps. Ends with what is asked.</summary>
    public required IReadOnlyList<ChatMessage> Messages { get; init; }

    /// <summary>What the caller set beside the messages: tools, stop sequences and the like.</summary>
    public ChatOptions? Options { get; init; }

    /// <summary>What the user asks now: the text of the last message.</summary>
    public string Question => TextForms.Whole(Messages[^1]);

    /// <summary>The longest answer that may be given: what the caller asked for, or what model and plan allow.</summary>
    public required int MaxCompletionTokens { get; init; }

    /// <summary>Whether the caller set that length, so that a shorter one would not do.</summary>
    public bool LengthIsExact { get; init; }

    /// <summary>How many tokens the prompt may have beside the shortest answer that will do.</summary>
    public int MostPromptTokens => Model.ContextWindow - (LengthIsExact ? MaxCompletionTokens : 1);

    /// <summary>Tokens of all that is sent; 0 until the context is fitted.</summary>
    public int PromptTokens { get; init; }

    /// <summary>What the steps noticed and let pass.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];

    /// <summary>A copy that also carries the finding, when there is something to tell.</summary>
    public PromptDraft With(Finding finding) => finding.Count == 0 ? this : this with { Findings = [.. Findings, finding] };
}

/// <summary>Who said what.</summary>
/// <param name="Role">Who.</param>
/// <param name="Content">What.</param>
public readonly record struct Utterance(MessageRole Role, string Content);
