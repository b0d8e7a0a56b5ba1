using CleanLlm.Domain.Chats;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.Prompting;

/// <summary>A prepared prompt as a model gets it. It holds all that a later run, or another instance, needs of it.</summary>
/// <param name="Messages">System prompt, history and what is asked, in this order; empty for embeddings.</param>
/// <param name="Options">What the caller set beside the messages; null for nothing.</param>
/// <param name="Inputs">The texts of which embeddings are made; empty for a completion.</param>
internal sealed record ModelPrompt(IReadOnlyList<ChatMessage> Messages, ChatOptions? Options, IReadOnlyList<string> Inputs)
{
    /// <summary>
    /// Puts the operator's instructions ahead of the chat's own, and leaves out the oldest messages that do not fit. A summary stands in the
    /// first message, since templates of many models take questions and answers in turn only.
    /// </summary>
    /// <param name="content">What is sent.</param>
    /// <param name="historyLeftOut">How many of the oldest messages are left out.</param>
    /// <param name="isSummarized">Whether the summary stands in their place.</param>
    internal static ModelPrompt Of(PromptContent content, int historyLeftOut, bool isSummarized = false)
    {
        var messages = new List<ChatMessage>(content.History.Count - historyLeftOut + content.Messages.Count + 1);
        if (SystemPrompt(content.OperatorSystemPrompt, content.SystemPrompt) is { } system)
            messages.Add(new ChatMessage(ChatRole.System, system));
        for (var i = historyLeftOut; i < content.History.Count; i++)
            messages.Add(new ChatMessage(content.History[i].Role == MessageRole.User ? ChatRole.User : ChatRole.Assistant, content.History[i].Content));
        messages.AddRange(content.Messages);
        if (isSummarized && content.Summary is { } summary)
        {
            var first = messages.FindIndex(message => message.Role == ChatRole.User);
            messages[first] = Behind(HistorySummary.Marked(summary.Content), messages[first]);
        }

        return new ModelPrompt(messages, content.Options, content.Inputs);
    }

    private static ChatMessage Behind(string summary, ChatMessage message)
    {
        var changed = message.Clone();
        changed.Contents = message.Contents is [TextContent text, ..]
            ? [new TextContent($"{summary}\n\n{text.Text}"), .. message.Contents.Skip(1)]
            : [new TextContent(summary), .. message.Contents];
        return changed;
    }

    /// <summary>The instructions that the model gets; null for none.</summary>
    internal static string? SystemPrompt(string? operators, string? own) =>
        string.IsNullOrWhiteSpace(operators) ? string.IsNullOrWhiteSpace(own) ? null : own
        : string.IsNullOrWhiteSpace(own) ? operators
        : $"{operators}\n\n{own}";
}
