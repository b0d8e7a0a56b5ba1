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
    /// Puts all instructions into one system message, the operator's first, and leaves out the oldest messages that do not fit. What is the same for
    /// each question of a chat comes first, so that the beginning stays the same from turn to turn. A summary stands in the first message, since
    /// templates of many models take questions and answers in turn only.
    /// </summary>
    /// <param name="content">What is sent.</param>
    /// <param name="historyLeftOut">How many of the oldest messages are left out.</param>
    /// <param name="isSummarized">Whether the summary stands in their place.</param>
    /// <param name="mark">What the blocks with the values of the template's parameters are known by; null for none.</param>
    internal static ModelPrompt Of(PromptContent content, int historyLeftOut, bool isSummarized, string? mark)
    {
        var messages = new List<ChatMessage>(content.History.Count - historyLeftOut + content.Messages.Count + 1);
        string?[] instructions = [content.OperatorSystemPrompt, content.PlanSystemPrompt, content.SystemPrompt, content.Template?.Instruction];
        if (SystemPrompt(instructions, mark) is { } system)
            messages.Add(new ChatMessage(ChatRole.System, system));
        for (var i = historyLeftOut; i < content.History.Count; i++)
            messages.Add(new ChatMessage(content.History[i].Role == MessageRole.User ? ChatRole.User : ChatRole.Assistant, content.History[i].Content));
        messages.AddRange(mark is null ? content.Messages : content.Messages.Select(message => ParameterBlocks.In(message, mark)));
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
    /// <param name="instructions">Those of each author, in their order; null or blank for none.</param>
    /// <param name="mark">As for <see cref="Of"/>.</param>
    internal static string? SystemPrompt(IEnumerable<string?> instructions, string? mark)
    {
        List<string> all = [.. instructions.OfType<string>().Where(text => !string.IsNullOrWhiteSpace(text))];
        if (mark is not null)
            all.Add(ParameterBlocks.Explanation(mark));
        return all.Count == 0 ? null : string.Join("\n\n", all);
    }
}
