using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Templates;

namespace CleanLlm.Domain.Completions;

/// <summary>What a completion starts from.</summary>
/// <param name="UserId">The user.</param>
/// <param name="Turn">Where in a chat; null outside any.</param>
/// <param name="Model">The model to ask.</param>
/// <param name="Prompt">What the user wrote, cleaned.</param>
/// <param name="PromptTokens">Tokens of the whole prepared prompt, as its provider is expected to count them.</param>
/// <param name="Findings">What the prompt pipeline noticed.</param>
/// <param name="Store">Whether prompt and answer are kept; always true in a chat.</param>
public sealed record CompletionStart(
    UserId UserId, ChatTurn? Turn, Model Model, string Prompt, int PromptTokens, IReadOnlyList<Finding> Findings, bool Store)
{
    /// <summary>The API key it is asked with; null for a signed-in person.</summary>
    public ApiKeyId? ApiKeyId { get; init; }

    /// <summary>The template that the prompt was asked by, as <see cref="TemplateUse.ToJson"/> writes it; null for none.</summary>
    public string? Template { get; init; }

    /// <summary>Tokens of the prompt by the count made here; null where none is known.</summary>
    public int? CountedPromptTokens { get; init; }

    /// <summary>What makes the request repeatable; null unless its caller asked for that.</summary>
    public IdempotentRequest? Idempotency { get; init; }

    /// <summary>Whether the plan keeps the model's reasoning with its answer.</summary>
    public bool StoreReasoning { get; init; }
}
