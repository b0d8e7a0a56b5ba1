using System.Text.Json;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.Prompting;

/// <summary>The texts of messages, wherever they stand: every part and role that a model reads.</summary>
internal static class PromptTexts
{
    /// <summary>All texts of a message. Arguments of tool calls are a text too; images and files are none.</summary>
    public static IEnumerable<string> Of(ChatMessage message)
    {
        foreach (var content in message.Contents)
        {
            var text = content switch
            {
                TextContent part => part.Text,
                TextReasoningContent part => part.Text,
                FunctionResultContent { Result: string result } => result,
                FunctionResultContent { Result: { } result } => JsonSerializer.Serialize(result, AIJsonUtilities.DefaultOptions),
                FunctionCallContent { RawRepresentation: string arguments } => arguments,
                FunctionCallContent { Arguments: { } arguments } => JsonSerializer.Serialize(arguments, AIJsonUtilities.DefaultOptions),
                _ => null,
            };
            if (text is not null)
                yield return text;
        }
    }

    /// <summary>The messages with every text of a person, a tool or a model changed; those that stay the same are not copied.</summary>
    public static IReadOnlyList<ChatMessage> Map(IReadOnlyList<ChatMessage> messages, Func<string, string> change)
    {
        ChatMessage[]? changed = null;
        for (var i = 0; i < messages.Count; i++)
        {
            var mapped = Map(messages[i], change);
            if (ReferenceEquals(mapped, messages[i]))
                continue;
            changed ??= [.. messages];
            changed[i] = mapped;
        }

        return changed ?? messages;
    }

    private static ChatMessage Map(ChatMessage message, Func<string, string> change)
    {
        List<AIContent>? changed = null;
        for (var i = 0; i < message.Contents.Count; i++)
        {
            var mapped = Map(message.Contents[i], change);
            if (ReferenceEquals(mapped, message.Contents[i]))
                continue;
            changed ??= [.. message.Contents];
            changed[i] = mapped;
        }

        if (changed is null)
            return message;
        var copy = message.Clone();
        copy.Contents = changed;
        return copy;
    }

    private static AIContent Map(AIContent content, Func<string, string> change)
    {
        switch (content)
        {
            case TextContent part when change(part.Text) is var text && !ReferenceEquals(text, part.Text):
                return new TextContent(text) { AdditionalProperties = part.AdditionalProperties };
            case FunctionResultContent { Result: string result } part when change(result) is var text && !ReferenceEquals(text, result):
                return new FunctionResultContent(part.CallId, text) { AdditionalProperties = part.AdditionalProperties };
            default:
                return content;
        }
    }
}
