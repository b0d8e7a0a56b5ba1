using System.Text.Json;
using System.Text.Json.Serialization;
using CleanLlm.Application.Completions;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.WebApi.Http;

namespace CleanLlm.WebApi.OpenAi;

/// <summary>An answer in one document (OpenAI's "chat completion object").</summary>
/// <param name="Id">The completion's id after <c>chatcmpl-</c>.</param>
/// <param name="Created">When it was admitted, in seconds since 1970.</param>
/// <param name="Model">The model that answered.</param>
/// <param name="Choices">The one answer.</param>
/// <param name="Usage">What it counted.</param>
internal sealed record ChatAnswer(string Id, long Created, string Model, IReadOnlyList<ChatChoice> Choices, ChatUsage Usage)
{
    /// <summary>Always <c>chat.completion</c>.</summary>
    public string Object { get; } = "chat.completion";

    /// <summary>Not known here: always null.</summary>
    public string? SystemFingerprint { get; }

    /// <summary>The id of a completion as OpenAI's clients know it.</summary>
    public static string IdOf(CompletionId id) => $"chatcmpl-{id}";

    /// <summary>The reason in OpenAI's words; null when it did not end by itself.</summary>
    public static string? NameOf(FinishReason? reason) => reason switch
    {
        FinishReason.Stop => "stop",
        FinishReason.Length => "length",
        FinishReason.ContentFilter => "content_filter",
        FinishReason.ToolCalls => "tool_calls",
        _ => null,
    };

    /// <summary>The same completion as OpenAI would show it.</summary>
    public static ChatAnswer Of(CompletionDto completion)
    {
        var calls = completion.ToolCalls.Select(ChatToolCall.Of).ToList();
        var text = completion.Message is { Content: { Length: > 0 } content } ? content : calls.Count == 0 ? "" : null;
        var message = new ChatAnswerMessage(text) { ToolCalls = calls.Count == 0 ? null : calls };
        if (completion.Message?.Reasoning is { } reasoning)
            message.Extra[completion.ReasoningField] = JsonSerializer.SerializeToElement(reasoning, OpenAiJson.Options);
        foreach (var (name, value) in MessageFields.Joined(completion.Fields))
            message.Extra[name] = value;
        return new ChatAnswer(
            IdOf(completion.Id),
            completion.CreatedAt.ToUnixTimeSeconds(),
            completion.Model,
            [new ChatChoice(message, NameOf(completion.FinishReason))],
            ChatUsage.Of(completion.Usage));
    }
}

/// <summary>The answer and why it ended.</summary>
internal sealed record ChatChoice(ChatAnswerMessage Message, string? FinishReason)
{
    /// <summary>Always the first.</summary>
    public int Index { get; }

    /// <summary>Not given: always null.</summary>
    public object? Logprobs { get; }
}

/// <summary>What the model said, or wants called.</summary>
/// <param name="Content">Its text; null when it only wants tools called.</param>
internal sealed record ChatAnswerMessage(string? Content)
{
    /// <summary>Always <c>assistant</c>.</summary>
    public string Role { get; } = "assistant";

    /// <summary>Always null: a refusal comes as text.</summary>
    public string? Refusal { get; }

    /// <summary>What it wants called; absent without any.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ChatToolCall>? ToolCalls { get; init; }

    /// <summary>Its reasoning, and what its model's family needs back in the next turn.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement> Extra { get; } = [];
}

/// <summary>A call of a tool.</summary>
internal sealed record ChatToolCall(string Id, ChatFunction Function)
{
    /// <summary>Always <c>function</c>.</summary>
    public string Type { get; } = "function";

    /// <summary>What the model's family needs back beside the call; absent for nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? ExtraContent { get; init; }

    /// <summary>The same call as OpenAI would show it.</summary>
    public static ChatToolCall Of(ToolCall call) => new(call.Id, new ChatFunction(call.Name, call.Arguments))
    {
        ExtraContent = call.ExtraContent is { } extra ? JsonElement.Parse(extra) : null,
    };
}

/// <summary>The function to call, with its arguments as the model wrote them.</summary>
internal sealed record ChatFunction(string Name, string Arguments);

/// <summary>Tokens of prompt, answer and both.</summary>
internal sealed record ChatUsage(int PromptTokens, int CompletionTokens, int TotalTokens)
{
    /// <summary>What of the prompt the provider had in its cache.</summary>
    public ChatPromptDetails? PromptTokensDetails { get; init; }

    /// <summary>What of the answer is reasoning.</summary>
    public ChatCompletionDetails? CompletionTokensDetails { get; init; }

    /// <summary>The same counts as OpenAI would show them.</summary>
    public static ChatUsage Of(CompletionUsageDto usage) => new(usage.PromptTokens, usage.CompletionTokens, usage.TotalTokens)
    {
        PromptTokensDetails = new ChatPromptDetails(usage.CachedPromptTokens),
        CompletionTokensDetails = new ChatCompletionDetails(usage.ReasoningTokens),
    };
}

/// <summary>Parts of the prompt.</summary>
internal sealed record ChatPromptDetails(int CachedTokens);

/// <summary>Parts of the answer.</summary>
internal sealed record ChatCompletionDetails(int ReasoningTokens);
