using Microsoft.Extensions.AI;

namespace CleanLlm.Application.Ai;

/// <summary>
/// How a caller's API names the bound of an answer, for providers that speak the same API: some models take only one of the names. It
/// travels in the options' additional properties as a plain text, which no provider is sent.
/// </summary>
public static class MaxTokensName
{
    /// <summary>The name that all servers know, but not all models take.</summary>
    public const string Old = "max_tokens";

    /// <summary>The name that the newer models of OpenAI want.</summary>
    public const string New = "max_completion_tokens";

    private const string Key = "cleanllm.max_tokens_name";

    /// <summary>The caller's name; null when the caller gave no bound, or none by these names.</summary>
    public static string? Of(ChatOptions? options) =>
        options?.AdditionalProperties?.TryGetValue(Key, out var name) == true ? name as string : null;

    /// <summary>Lets the options carry it.</summary>
    public static void Attach(ChatOptions options, string name) => (options.AdditionalProperties ??= [])[Key] = name;
}
