namespace CleanLlm.Domain.Models;

/// <summary>A model that can be asked for.</summary>
/// <param name="Id">The id a caller names.</param>
/// <param name="DisplayName">What a person reads.</param>
/// <param name="Provider">The configured provider that serves it.</param>
/// <param name="ContextWindow">Prompt and completion tokens together, at most.</param>
/// <param name="MaxOutputTokens">Completion tokens of one answer, at most.</param>
/// <param name="Price">What its tokens cost.</param>
public sealed record Model(
    string Id,
    string DisplayName,
    string Provider,
    int ContextWindow,
    int MaxOutputTokens,
    TokenPrice Price)
{
    /// <summary>Whether it turns text into vectors instead of answering.</summary>
    public bool IsEmbedding { get; init; }
}
