namespace CleanLlm.Application.Usage;

/// <summary>What was used in a time.</summary>
/// <param name="From">The first moment.</param>
/// <param name="To">The moment it ends before.</param>
/// <param name="Total">All lines together.</param>
/// <param name="Items">One line for each day or model that was charged, in order.</param>
public sealed record UsageReportDto(DateTimeOffset From, DateTimeOffset To, UsageFiguresDto Total, IReadOnlyList<UsageLineDto> Items);

/// <summary>Charged use.</summary>
/// <param name="Requests">Completions.</param>
/// <param name="PromptTokens">Tokens of their prompts.</param>
/// <param name="CachedPromptTokens">Those of them that providers had in their caches.</param>
/// <param name="CompletionTokens">Tokens of their answers, reasoning included.</param>
/// <param name="ReasoningTokens">Those of them that are reasoning.</param>
/// <param name="CostMicros">What they cost, in millionths of the configured currency, exact to three decimals.</param>
public sealed record UsageFiguresDto(
    long Requests, long PromptTokens, long CachedPromptTokens, long CompletionTokens, long ReasoningTokens, decimal CostMicros);

/// <summary>Charged use of one day or one model.</summary>
/// <param name="Key">The day as <c>2026-03-01</c> (UTC), or the model's id.</param>
/// <param name="Requests">Completions.</param>
/// <param name="PromptTokens">Tokens of their prompts.</param>
/// <param name="CachedPromptTokens">Those of them that providers had in their caches.</param>
/// <param name="CompletionTokens">Tokens of their answers, reasoning included.</param>
/// <param name="ReasoningTokens">Those of them that are reasoning.</param>
/// <param name="CostMicros">What they cost, in millionths of the configured currency, exact to three decimals.</param>
public sealed record UsageLineDto(
    string Key, long Requests, long PromptTokens, long CachedPromptTokens, long CompletionTokens, long ReasoningTokens, decimal CostMicros);
