namespace CleanLlm.Domain.Models;

/// <summary>A model that can be asked for.</summary>
/// <param name="Id">The id a caller names.</param>
/// <param name="DisplayName">What a person reads.</param>
/// <param name="Provider">The configured provider that serves it.</param>
/// <param name="ContextWindow">Prompt and completion tokens together, at most.</param>
/// <param name="MaxOutputTokens">Completion tokens of one answer, at most.</param>
/// <param name="Price">What its calls cost.</param>
public sealed record Model(
    string Id,
    string DisplayName,
    string Provider,
    int ContextWindow,
    int MaxOutputTokens,
    TokenPrice Price)
{
    /// <summary>What it can do beyond answering text, as configured: <c>tools</c>, <c>images</c>, <c>reasoning</c> and the like; empty when nothing is known.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];

    /// <summary>How many tokens the model's own vocabulary makes of what is one token as counted here (o200k_base); more than 1 for one that makes more.</summary>
    public double TokenRatio { get; init; } = 1;

    /// <summary>
    /// Whether no setting says how long its answers may be: then <see cref="MaxOutputTokens"/> is the context window, and an answer may take
    /// what the prompt leaves of it.
    /// </summary>
    public bool IsLengthUnknown { get; init; }

    /// <summary>Whether it turns text into vectors instead of answering.</summary>
    public bool IsEmbedding { get; init; }

    /// <summary>How many tokens as counted here fit where so many of the model's do, rounded down.</summary>
    public int Counted(int tokens) => (int)Math.Min(int.MaxValue, tokens / TokenRatio);

    /// <summary>How many tokens the model is expected to make of so many as counted here, rounded up.</summary>
    public int Expected(int counted) => (int)Math.Min(int.MaxValue, Math.Ceiling(counted * TokenRatio));
}
