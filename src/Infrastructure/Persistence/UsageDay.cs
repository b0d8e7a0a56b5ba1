using CleanLlm.Domain.Ids;

namespace CleanLlm.Infrastructure.Persistence;

/// <summary>
/// What a user was charged for on one day by one model: the sum of these lines of the ledger, kept in the transaction that writes them.
/// Reports of whole days read it in place of the ledger.
/// </summary>
internal sealed class UsageDay
{
    /// <summary>Its columns, in the order in which a statement gives their values.</summary>
    public const string Columns =
        "user_id, day, model, requests, prompt_tokens, cached_prompt_tokens, completion_tokens, reasoning_tokens, cost_nanos";

    /// <summary>Ends an <c>INSERT INTO usage_days AS d</c> that adds to the sums where the day has some already.</summary>
    public const string OrAdd =
        """
        ON CONFLICT (user_id, day, model) DO UPDATE SET requests = d.requests + excluded.requests, prompt_tokens = d.prompt_tokens + excluded.prompt_tokens,
            cached_prompt_tokens = d.cached_prompt_tokens + excluded.cached_prompt_tokens, completion_tokens = d.completion_tokens + excluded.completion_tokens,
            reasoning_tokens = d.reasoning_tokens + excluded.reasoning_tokens, cost_nanos = d.cost_nanos + excluded.cost_nanos
        """;

    /// <summary>The user who was charged.</summary>
    public UserId UserId { get; private init; }

    /// <summary>The day (UTC) on which the completions were admitted.</summary>
    public DateOnly Day { get; private init; }

    /// <summary>The model that answered.</summary>
    public string Model { get; private init; } = "";

    /// <summary>Completions.</summary>
    public long Requests { get; private init; }

    /// <summary>Tokens of their prompts.</summary>
    public long PromptTokens { get; private init; }

    /// <summary>Those of them that providers had in their caches.</summary>
    public long CachedPromptTokens { get; private init; }

    /// <summary>Tokens of their answers, reasoning included.</summary>
    public long CompletionTokens { get; private init; }

    /// <summary>Those of them that are reasoning.</summary>
    public long ReasoningTokens { get; private init; }

    /// <summary>Their cost in billionths of the configured currency.</summary>
    public long CostNanos { get; private init; }
}
