using CleanLlm.Application.Callers;
using CleanLlm.Application.Templates;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.Completions.Admitting;

/// <summary>What every way to a model hands to the <see cref="CompletionRunner"/>.</summary>
internal sealed record CompletionRequest
{
    /// <summary>Who asks, and pays.</summary>
    public required UserId UserId { get; init; }

    /// <summary>The API key it is asked with; null for a signed-in person.</summary>
    public ApiKeyAccess? Key { get; init; }

    /// <summary>Who pays, and what the completion is held to.</summary>
    public Payer Payer => new(UserId, Key, IsBackground);

    /// <summary>What is sent, as the caller wrote it: one question, or a whole conversation. Never empty.</summary>
    public required IReadOnlyList<ChatMessage> Messages { get; init; }

    /// <summary>The template that it is asked by; null for none. What is sent is then one question, which may be empty.</summary>
    public TemplateCall? Template { get; init; }

    /// <summary>What the caller set beside the messages: tools, stop sequences and the like; null for nothing.</summary>
    public ChatOptions? Options { get; init; }

    /// <summary>The field the question came in, for error messages.</summary>
    public required string PromptField { get; init; }

    /// <summary>The chat it continues; null outside any.</summary>
    public ChatId? ChatId { get; init; }

    /// <summary>The message it follows; null for the chat's active leaf.</summary>
    public MessageId? ParentId { get; init; }

    /// <summary>The question of the chat to be answered once more, or one of its answers; null for a new question.</summary>
    public MessageId? Regenerates { get; init; }

    /// <summary>The question of the chat beside which this one is asked; null for one that goes on.</summary>
    public MessageId? Edits { get; init; }

    /// <summary>The model asked for; null for the chat's or the default one.</summary>
    public string? Model { get; init; }

    /// <summary>Sampling temperature, 0 to 2; null for the model's own.</summary>
    public float? Temperature { get; init; }

    /// <summary>The longest answer wanted, in tokens; null for as long as model, plan and quota allow.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>
    /// Whether a shorter answer will do where model, plan, quota or what the prompt leaves of the window does not allow
    /// <see cref="MaxTokens"/>; else such a request is refused.
    /// </summary>
    public bool TakesShorter { get; init; }

    /// <summary>Whether prompt and answer are kept. A chat always keeps them.</summary>
    public bool Store { get; init; } = true;

    /// <summary>Whether the answer is wanted piece by piece.</summary>
    public bool Stream { get; init; }

    /// <summary>What the caller named the request by, to repeat it; null for one that is not to be repeated.</summary>
    public RepeatableRequest? Repeat { get; init; }

    /// <summary>What is stored of that: hashes.</summary>
    internal IdempotentRequest? Idempotency { get; init; }

    /// <summary>Whether the answer may come from the cache; null for yes at temperature 0 when prompt and answer are kept.</summary>
    public bool? Cache { get; init; }

    /// <summary>Whether no caller waits for it, so that it takes no place among the completions its user may have at once.</summary>
    public bool IsBackground { get; init; }

    /// <summary>One question as the messages of a request.</summary>
    public static IReadOnlyList<ChatMessage> Question(string text) => [new ChatMessage(ChatRole.User, text)];
}
