using CleanLlm.Domain.Chats;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.Prompting;

/// <summary>A prepared prompt as a model gets it. It holds all that a later run, or another instance, needs of it.</summary>
/// <param name="Messages">System prompt, history and what is asked, in this order; empty for embeddings.</param>
/// <param name="Options">What the caller set beside the messages; null for nothing.</param>
/// <param name="Inputs">The texts of which embeddings are made; empty for a completion.</param>
internal sealed record ModelPrompt(IReadOnlyList<ChatMessage> Messages, ChatOptions? Options, IReadOnlyList<string> Inputs)
{
    /// <summary>Puts the operator's instructions ahead of the chat's own, and leaves out the oldest messages that do not fit.</summary>
    internal static ModelPrompt Of(PromptContent content, int historyLeftOut)
    {
        var messages = new List<ChatMessage>(content.History.Count - historyLeftOut + content.Messages.Count + 1);
        if (SystemPrompt(content.OperatorSystemPrompt, content.SystemPrompt) is { } system)
            messages.Add(new ChatMessage(ChatRole.System, system));
        for (var i = historyLeftOut; i < content.History.Count; i++)
            messages.Add(new ChatMessage(content.History[i].Role == MessageRole.User ? ChatRole.User : ChatRole.Assistant, content.History[i].Content));
        messages.AddRange(content.Messages);
        return new ModelPrompt(messages, content.Options, content.Inputs);
    }

    /// <summary>The instructions that the model gets; null for none.</summary>
    internal static string? SystemPrompt(string? operators, string? own) =>
        string.IsNullOrWhiteSpace(operators) ? string.IsNullOrWhiteSpace(own) ? null : own
        : string.IsNullOrWhiteSpace(own) ? operators
        : $"{operators}\n\n{own}";
}
