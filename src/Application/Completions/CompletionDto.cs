using System.Text.Json.Serialization;
using CleanLlm.Application.Ai;
using CleanLlm.Application.Messages;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;

namespace CleanLlm.Application.Completions;

/// <summary>One metered call of a model.</summary>
/// <param name="Id">Identifies the completion.</param>
/// <param name="ChatId">The chat it belongs to; null outside any chat.</param>
/// <param name="Status">Where it is in its life.</param>
/// <param name="Model">The model that was asked; some seconds into an answer, and once it has ended, the one that answers.</param>
/// <param name="Provider">The provider that serves it.</param>
/// <param name="Message">The answer, or as much of it as was produced; null while there is none, and when it was not to be stored.</param>
/// <param name="ToolCalls">The tools that the model wants called.</param>
/// <param name="Usage">What it counted.</param>
/// <param name="FinishReason">Why the answer ended; null unless it ended by itself.</param>
/// <param name="ErrorCode">The code of what ended it; null unless failed.</param>
/// <param name="Cached">Whether the answer came from the cache, at no cost.</param>
/// <param name="Findings">What the prompt pipeline noticed.</param>
/// <param name="CreatedAt">When it was admitted.</param>
/// <param name="FinishedAt">When it ended; null while it runs.</param>
public sealed record CompletionDto(
    CompletionId Id,
    ChatId? ChatId,
    CompletionStatus Status,
    string Model,
    string Provider,
    MessageDto? Message,
    IReadOnlyList<ToolCall> ToolCalls,
    CompletionUsageDto Usage,
    FinishReason? FinishReason,
    string? ErrorCode,
    bool Cached,
    IReadOnlyList<Finding> Findings,
    DateTimeOffset CreatedAt,
    DateTimeOffset? FinishedAt)
{
    /// <summary>Whether there was an answer that is known no more, because it was not to be stored. Told to no caller as such.</summary>
    [JsonIgnore]
    public bool IsAnswerGone { get; init; }

    /// <summary>What the model's family needs back beside text and tool calls, as far as this instance knows. Told to clients of <c>/v1</c> only.</summary>
    [JsonIgnore]
    public IReadOnlyList<MessageField> Fields { get; init; } = [];

    /// <summary>The name that the reasoning came under. Told to clients of <c>/v1</c> only.</summary>
    [JsonIgnore]
    public string ReasoningField { get; init; } = ReasoningFields.Content;

    /// <summary>Builds it from the completion and its answer.</summary>
    /// <param name="completion">In whatever state it is.</param>
    /// <param name="answer">The answer's text as far as it is known.</param>
    /// <param name="reasoning">What the model said while it reasoned, as far as it is known.</param>
    /// <param name="toolCalls">The tools it wants called; null for those that were stored.</param>
    /// <param name="answers">The answers that its question has in a chat, with or without its own; null for none.</param>
    public static CompletionDto From(
        Completion completion,
        string? answer,
        string? reasoning = null,
        IReadOnlyList<ToolCall>? toolCalls = null,
        IReadOnlyList<MessageId>? answers = null) => new(
        completion.Id,
        completion.Turn?.ChatId,
        completion.Status,
        completion.Model,
        completion.Provider,
        string.IsNullOrEmpty(answer) && string.IsNullOrEmpty(reasoning) ? null : MessageDto.AnswerOf(completion, answer ?? "", reasoning, answers ?? []),
        toolCalls ?? completion.ToolCalls,
        new CompletionUsageDto(
            completion.PromptTokens,
            completion.CachedPromptTokens,
            completion.CompletionTokens,
            completion.ReasoningTokens,
            QuotaUnits.Micros(completion.CostNanos)),
        completion.FinishReason,
        completion.ErrorCode,
        completion.Cached,
        completion.Findings,
        completion.CreatedAt,
        completion.FinishedAt)
        {
            IsAnswerGone = toolCalls is null && !completion.Store && completion.CompletionTokens > 0,
        };
}

/// <summary>What a completion counted.</summary>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="CachedPromptTokens">Those of the prompt that the provider had in its cache.</param>
/// <param name="CompletionTokens">Tokens of the answer, its reasoning included.</param>
/// <param name="ReasoningTokens">Those of the answer that are reasoning.</param>
/// <param name="CostMicros">Cost in millionths of the configured currency, exact to three decimals.</param>
public sealed record CompletionUsageDto(int PromptTokens, int CachedPromptTokens, int CompletionTokens, int ReasoningTokens, decimal CostMicros)
{
    /// <summary>Prompt and answer together.</summary>
    public int TotalTokens => PromptTokens + CompletionTokens;
}
