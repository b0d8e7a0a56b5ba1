using System.Text.Json.Serialization;
using CleanLlm.Application.Chats;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;

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

    /// <summary>Builds it from the completion and its answer.</summary>
    /// <param name="completion">In whatever state it is.</param>
    /// <param name="answer">The answer's text as far as it is known.</param>
    /// <param name="toolCalls">The tools it wants called; null for those that were stored.</param>
    public static CompletionDto From(Completion completion, string? answer, IReadOnlyList<ToolCall>? toolCalls = null) => new(
        completion.Id,
        completion.Turn?.ChatId,
        completion.Status,
        completion.Model,
        completion.Provider,
        string.IsNullOrEmpty(answer) ? null : MessageDto.AnswerOf(completion, answer),
        toolCalls ?? completion.ToolCalls,
        new CompletionUsageDto(completion.PromptTokens, completion.CompletionTokens, completion.CostMicros),
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
/// <param name="CompletionTokens">Tokens of the answer.</param>
/// <param name="CostMicros">Cost in millionths of the configured currency.</param>
public sealed record CompletionUsageDto(int PromptTokens, int CompletionTokens, long CostMicros)
{
    /// <summary>Both together.</summary>
    public int TotalTokens => PromptTokens + CompletionTokens;
}
