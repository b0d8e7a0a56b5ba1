using CleanLlm.Domain.Ids;

namespace CleanLlm.Infrastructure.Persistence;

/// <summary>
/// What a user was charged for on one day by one model: the sum of these lines of the ledger, kept in the transaction that writes them.
/// Reports of whole days read it in place of the ledger.
/// </summary>
internal sealed class UsageDay
{
    /// <summary>Who was charged.</summary>
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
