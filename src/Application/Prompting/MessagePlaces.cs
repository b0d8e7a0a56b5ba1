using System.Text.Json;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.Prompting;

/// <summary>The places of a message: its text and parts, calls of tools and their results, and the fields beside them.</summary>
internal static class MessagePlaces
{
    private const SlotMarks Name = SlotMarks.Message | SlotMarks.Uncounted;

    /// <summary>Leads a visitor through them.</summary>
    /// <param name="message">The message.</param>
    /// <param name="isLast">Whether it is what is asked now.</param>
    /// <param name="visitor">The visitor.</param>
    /// <returns>The same message where nothing changed.</returns>
    public static ChatMessage Visit(ChatMessage message, bool isLast, ISlotVisitor visitor)
    {
        var provenance = ProvenanceOf(message.Role);
        var author = PromptPlaces.Replaced(visitor, provenance, message.AuthorName, Name);
        var contents = VisitContents(message.Contents, provenance, isLast, visitor);
        var fields = PromptPlaces.VisitFields(message.AdditionalProperties, visitor, SlotMarks.Message);
        if (ReferenceEquals(author, message.AuthorName) && ReferenceEquals(contents, message.Contents) && ReferenceEquals(fields, message.AdditionalProperties))
            return message;

        var changed = message.Clone();
        (changed.AuthorName, changed.Contents, changed.AdditionalProperties) = (author, contents, fields);
        return changed;
    }

    /// <summary>The parts of a tool's result; null for anything else.</summary>
    public static IList<AIContent>? PartsOf(AIContent content) => content is not FunctionResultContent { Result: { } result } ? null : result switch
    {
        IList<AIContent> list => list,
        IEnumerable<AIContent> parts => [.. parts],
        AIContent part => [part],
        _ => null,
    };

    // Instructions come as system or, from newer clients, as developer.
    private static TextProvenance ProvenanceOf(ChatRole role) =>
        role == ChatRole.User ? TextProvenance.User
        : role == ChatRole.Assistant ? TextProvenance.History
        : role == ChatRole.Tool ? TextProvenance.ToolResult
        : TextProvenance.SystemPrompt;

    private static IList<AIContent> VisitContents(IList<AIContent> contents, TextProvenance provenance, bool isAsked, ISlotVisitor visitor)
    {
        AIContent[]? changed = null;
        for (var i = 0; i < contents.Count; i++)
        {
            var visited = VisitContent(contents[i], provenance, isAsked, visitor);
            if (!ReferenceEquals(visited, contents[i]))
                (changed ??= [.. contents])[i] = visited;
        }

        return changed ?? contents;
    }

    private static AIContent VisitContent(AIContent content, TextProvenance provenance, bool isAsked, ISlotVisitor visitor)
    {
        var visited = content switch
        {
            TextContent text => Text(text, provenance, isAsked, visitor),
            TextReasoningContent reasoning => Reasoning(reasoning, visitor),
            Ai.MessageField field => Field(field, visitor),
            FunctionCallContent call => Call(call, visitor),
            FunctionResultContent { Result: var value } result => Result(result, value, visitor),
            DataContent or UriContent => MediaPlaces.Visit(content, provenance, visitor),
            // No step could see its texts.
            _ => throw new InvalidOperationException($"{content.GetType().Name} has no place in a prompt."),
        };
        var marks = content is DataContent or UriContent ? SlotMarks.Message | SlotMarks.Uncounted : SlotMarks.Message;
        var fields = PromptPlaces.VisitFields(content.AdditionalProperties, visitor, marks);
        if (ReferenceEquals(visited, content) && ReferenceEquals(fields, content.AdditionalProperties))
            return content;
        if (ReferenceEquals(visited, content))
            visited = Copy(content);
        visited.AdditionalProperties = fields;
        return visited;
    }

    private static AIContent Text(TextContent content, TextProvenance provenance, bool isAsked, ISlotVisitor visitor)
    {
        var marks = isAsked ? SlotMarks.Message | SlotMarks.Question : SlotMarks.Message;
        if (ParameterBlocks.NameOf(content) is not null)
            marks |= SlotMarks.Value;
        return visitor.Text(provenance, content.Text, marks) is { } text ? Like(content, new TextContent(text)) : content;
    }

    private static AIContent Reasoning(TextReasoningContent content, ISlotVisitor visitor) =>
        visitor.Text(TextProvenance.History, content.Text, SlotMarks.Message | SlotMarks.Signed) is { } text
            ? Like(content, new TextReasoningContent(text) { ProtectedData = content.ProtectedData })
            : content;

    private static AIContent Field(Ai.MessageField content, ISlotVisitor visitor) =>
        visitor.Json(TextProvenance.History, content.Value, SlotMarks.Message) is { } value ? Like(content, new Ai.MessageField(content.Name, value)) : content;

    private static AIContent Call(FunctionCallContent content, ISlotVisitor visitor)
    {
        var id = PromptPlaces.Replaced(visitor, TextProvenance.ToolCallArguments, content.CallId, Name);
        var name = PromptPlaces.Replaced(visitor, TextProvenance.ToolCallArguments, content.Name, Name);
        var written = content.RawRepresentation as string
            ?? (content.Arguments is { } values ? JsonSerializer.Serialize(values, AIJsonUtilities.DefaultOptions) : null);
        var arguments = written is null ? null : Arguments(written, visitor);
        if (ReferenceEquals(id, content.CallId) && ReferenceEquals(name, content.Name) && ReferenceEquals(arguments, written))
            return content;
        var changed = Like(content, new FunctionCallContent(id, name, arguments is null ? null : Values(arguments)));
        if (content.RawRepresentation is string)
            changed.RawRepresentation = arguments;
        return changed;
    }

    // Meant to be JSON: what a model wrote that is none is a plain text.
    private static string Arguments(string written, ISlotVisitor visitor) => JsonStrings.Parse(written) is { } json
        ? visitor.Json(TextProvenance.ToolCallArguments, json, SlotMarks.Message, written) is { } changed ? changed.GetRawText() : written
        : visitor.Text(TextProvenance.ToolCallArguments, written, SlotMarks.Message) ?? written;

    private static Dictionary<string, object?>? Values(string arguments)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, object?>>(arguments);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static AIContent Result(FunctionResultContent content, object? before, ISlotVisitor visitor)
    {
        var id = PromptPlaces.Replaced(visitor, TextProvenance.ToolResult, content.CallId, Name);
        var result = PartsOf(content) is { } parts ? ResultParts(before, parts, visitor) : ResultValue(before, visitor);
        return ReferenceEquals(id, content.CallId) && ReferenceEquals(result, before) ? content : Like(content, new FunctionResultContent(id, result));
    }

    private static object? ResultParts(object? before, IList<AIContent> parts, ISlotVisitor visitor)
    {
        var visited = VisitContents(parts, TextProvenance.ToolResult, isAsked: false, visitor);
        return ReferenceEquals(visited, parts) ? before : visited;
    }

    private static object? ResultValue(object? before, ISlotVisitor visitor) => before switch
    {
        null => null,
        string text => visitor.Text(TextProvenance.ToolResult, text, SlotMarks.Message) ?? text,
        _ => visitor.Json(TextProvenance.ToolResult, JsonSerializer.SerializeToElement(before, AIJsonUtilities.DefaultOptions), SlotMarks.Message)
            is { } json ? json : before,
    };

    // For a change beside a content that stays: the content is shared with the request and not ours to change.
    private static AIContent Copy(AIContent content) => content switch
    {
        TextContent text => Like(text, new TextContent(text.Text)),
        TextReasoningContent reasoning => Like(reasoning, new TextReasoningContent(reasoning.Text) { ProtectedData = reasoning.ProtectedData }),
        Ai.MessageField field => Like(field, new Ai.MessageField(field.Name, field.Value)),
        FunctionCallContent call => Like(call, new FunctionCallContent(call.CallId, call.Name, call.Arguments)),
        FunctionResultContent { Result: var value } result => Like(result, new FunctionResultContent(result.CallId, value)),
        _ => MediaPlaces.Copy(content),
    };

    private static AIContent Like(AIContent old, AIContent changed)
    {
        (changed.AdditionalProperties, changed.RawRepresentation, changed.Annotations) = (old.AdditionalProperties, old.RawRepresentation, old.Annotations);
        return changed;
    }
}
