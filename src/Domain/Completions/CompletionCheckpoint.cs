using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Models;

namespace CleanLlm.Domain.Completions;

/// <summary>How far a running completion has come.</summary>
/// <param name="Id">Which completion.</param>
/// <param name="Answer">The answer so far; null when it is not to be stored.</param>
/// <param name="CompletionTokens">Its tokens.</param>
public sealed record CompletionCheckpoint(CompletionId Id, string? Answer, int CompletionTokens)
{
    /// <summary>Whose it is.</summary>
    public required UserId UserId { get; init; }

    /// <summary>Those of its tokens that are reasoning.</summary>
    public int ReasoningTokens { get; init; }

    /// <summary>What the steps have noticed so far.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>The model that answers.</summary>
    public required string Model { get; init; }

    /// <summary>The provider that serves it.</summary>
    public required string Provider { get; init; }

    /// <summary>Its price, which a crash would charge.</summary>
    public required TokenPrice Price { get; init; }
}
