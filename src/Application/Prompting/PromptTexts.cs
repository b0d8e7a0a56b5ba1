using System.Text.Json;
using CleanLlm.Application.Ai;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.Prompting;

/// <summary>The texts of messages, wherever they stand: every part, result and role that a model reads.</summary>
internal static class PromptTexts
{
    /// <summary>
    /// All texts of a message. Arguments of tool calls are texts too, and so is what goes along as JSON; images and files are none.
    /// </summary>
    public static IEnumerable<string> Of(ChatMessage message) => message.Contents.SelectMany(Of).Concat(Beside(message.AdditionalProperties));

    /// <summary>The contents of a message, with those inside the results of tools.</summary>
    public static IEnumerable<AIContent> Contents(ChatMessage message) =>
        message.Contents.SelectMany(content => PartsOf(content)?.Prepend(content) ?? [content]);

    /// <summary>
    /// The messages with every text of a person, a tool or a model changed; those that stay the same are not copied. Arguments of calls
    /// and what a model's family signed stay as the model wrote them, or they would not be taken back.
    /// </summary>
    public static IReadOnlyList<ChatMessage> Map(IReadOnlyList<ChatMessage> messages, Func<string, string> change)
    {
        ChatMessage[]? changed = null;
        for (var i = 0; i < messages.Count; i++)
        {
            var contents = Map(messages[i].Contents, change);
            if (ReferenceEquals(contents, messages[i].Contents))
                continue;
            changed ??= [.. messages];
            changed[i] = messages[i].Clone();
            changed[i].Contents = contents;
        }

        return changed ?? messages;
    }

    private static IList<AIContent> Map(IList<AIContent> contents, Func<string, string> change)
    {
        List<AIContent>? changed = null;
        for (var i = 0; i < contents.Count; i++)
        {
            var mapped = Map(contents[i], change);
            if (ReferenceEquals(mapped, contents[i]))
                continue;
            changed ??= [.. contents];
            changed[i] = mapped;
        }

        return changed ?? contents;
    }

    private static AIContent Map(AIContent content, Func<string, string> change)
    {
        switch (content)
        {
            case TextContent part when change(part.Text) is var text && !ReferenceEquals(text, part.Text):
                return Like(part, new TextContent(text));
            case TextReasoningContent part when change(part.Text) is var text && !ReferenceEquals(text, part.Text):
                return Like(part, new TextReasoningContent(text) { ProtectedData = part.ProtectedData });
            case FunctionResultContent { Result: string result } part when change(result) is var text && !ReferenceEquals(text, result):
                return Like(part, new FunctionResultContent(part.CallId, text));
            case FunctionResultContent part when PartsOf(part) is { } parts && Map(parts, change) is var mapped && !ReferenceEquals(mapped, parts):
                return Like(part, new FunctionResultContent(part.CallId, mapped));
            default:
                return content;
        }
    }

    /// <summary>The parts of a tool's result; null for anything else.</summary>
    private static IList<AIContent>? PartsOf(AIContent content) => content is not FunctionResultContent { Result: { } result } ? null : result switch
    {
        IList<AIContent> list => list,
        IEnumerable<AIContent> parts => [.. parts],
        AIContent part => [part],
        _ => null,
    };

    private static AIContent Like(AIContent old, AIContent changed)
    {
        changed.AdditionalProperties = old.AdditionalProperties;
        changed.RawRepresentation = old.RawRepresentation;
        changed.Annotations = old.Annotations;
        return changed;
    }

    private static IEnumerable<string> Of(AIContent content)
    {
        if (PartsOf(content) is { } parts)
            return parts.SelectMany(Of).Concat(Beside(content.AdditionalProperties));
        var text = content switch
        {
            TextContent part => part.Text,
            TextReasoningContent part => part.Text,
            MessageField field => field.Value.GetRawText(),
            FunctionResultContent { Result: string result } => result,
            FunctionResultContent { Result: { } result } => JsonSerializer.Serialize(result, AIJsonUtilities.DefaultOptions),
            FunctionCallContent { RawRepresentation: string arguments } => arguments,
            FunctionCallContent { Arguments: { } arguments } => JsonSerializer.Serialize(arguments, AIJsonUtilities.DefaultOptions),
            _ => null,
        };
        return text is null ? Beside(content.AdditionalProperties) : Beside(content.AdditionalProperties).Prepend(text);
    }

    private static IEnumerable<string> Beside(AdditionalPropertiesDictionary? properties) =>
        properties is null ? [] : properties.Values.OfType<JsonElement>().Select(value => value.GetRawText());
}
