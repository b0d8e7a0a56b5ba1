using Microsoft.Extensions.AI;

namespace CleanLlm.Application.Ai;

/// <summary>
/// Under which name a model's reasoning travels beside its text: servers and their clients differ. A
/// <see cref="TextReasoningContent"/> keeps the name in its raw representation, so that it goes back as it came.
/// </summary>
public static class ReasoningFields
{
    /// <summary>DeepSeek, vLLM, llama.cpp, Qwen and most others; the default.</summary>
    public const string Content = "reasoning_content";

    /// <summary>OpenRouter, Ollama, newer vLLM.</summary>
    public const string Plain = "reasoning";

    /// <summary>The name that the content came under.</summary>
    public static string Of(TextReasoningContent reasoning) => reasoning.RawRepresentation as string == Plain ? Plain : Content;

    /// <summary>A piece of reasoning that came under the name.</summary>
    public static TextReasoningContent Piece(string text, string field) => new(text) { RawRepresentation = field };
}
