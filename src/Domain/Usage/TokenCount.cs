namespace CleanLlm.Domain.Usage;

/// <summary>Tokens of a completion and where the figures come from.</summary>
/// <param name="PromptTokens">Tokens of the prompt, those of the provider's cache included.</param>
/// <param name="CompletionTokens">Tokens of the answer, its reasoning included.</param>
/// <param name="Basis">Where the figures come from.</param>
public readonly record struct TokenCount(int PromptTokens, int CompletionTokens, UsageBasis Basis)
{
    /// <summary>Those of the prompt that the provider had in its cache.</summary>
    public int CachedPromptTokens { get; init; }

    /// <summary>Those of the prompt that the provider put into its cache.</summary>
    public int CacheWriteTokens { get; init; }

    /// <summary>Those of the answer that are reasoning.</summary>
    public int ReasoningTokens { get; init; }

    /// <summary>As much of it as an answer of so many tokens counts.</summary>
    public TokenCount AtMost(int completionTokens) => CompletionTokens <= completionTokens
        ? this
        : this with { CompletionTokens = completionTokens, ReasoningTokens = Math.Min(ReasoningTokens, completionTokens) };
}
