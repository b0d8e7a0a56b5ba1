using System.Text.Json;
using CleanLlm.Application.Ai;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.Prompting;

/// <summary>The places of what a caller sets beside the messages: tools, the form of the answer, stop sequences and fields that pass.</summary>
internal static class OptionPlaces
{
    private const string ResponseFormat = "response_format";
    private const string ToolChoice = "tool_choice";

    /// <summary>Leads a visitor through them.</summary>
    /// <returns>The same options where nothing changed.</returns>
    public static ChatOptions Visit(ChatOptions options, ISlotVisitor visitor)
    {
        var instructions = PromptPlaces.Replaced(visitor, TextProvenance.SystemPrompt, options.Instructions, SlotMarks.Message);
        var tools = options.Tools is null ? null : Each(options.Tools, tool => Tool(tool, visitor));
        var stops = options.StopSequences is null
            ? null
            : Each(options.StopSequences, stop => PromptPlaces.Replaced(visitor, TextProvenance.PassedOnField, stop, SlotMarks.Uncounted));
        var format = HasField(options, ResponseFormat) ? options.ResponseFormat : Format(options.ResponseFormat, visitor);
        var mode = HasField(options, ToolChoice) ? options.ToolMode : Mode(options.ToolMode, visitor);
        var fields = PromptPlaces.VisitFields(options.AdditionalProperties, visitor, provenanceOf: ProvenanceOf);
        if (!ReferenceEquals(fields, options.AdditionalProperties))
        {
            // What was read from these fields says the same as they do now.
            format = Described(PartFields.Of(fields, ResponseFormat)) ?? format;
            if (mode is RequiredChatToolMode { RequiredFunctionName: not null } && Text(PartFields.Of(fields, ToolChoice), "function", "name") is { } name)
                mode = ChatToolMode.RequireSpecific(name);
        }

        if (ReferenceEquals(instructions, options.Instructions) && ReferenceEquals(tools, options.Tools) && ReferenceEquals(stops, options.StopSequences)
            && ReferenceEquals(format, options.ResponseFormat) && ReferenceEquals(mode, options.ToolMode) && ReferenceEquals(fields, options.AdditionalProperties))
            return options;

        var changed = options.Clone();
        (changed.Instructions, changed.Tools, changed.StopSequences) = (instructions, tools, stops);
        (changed.ResponseFormat, changed.ToolMode, changed.AdditionalProperties) = (format, mode, fields);
        return changed;
    }

    // As lists of options are: the same one where all items stayed.
    private static IList<T> Each<T>(IList<T> items, Func<T, T> visit)
    {
        List<T>? changed = null;
        for (var i = 0; i < items.Count; i++)
        {
            var visited = visit(items[i]);
            if (!ReferenceEquals(visited, items[i]))
                (changed ??= [.. items])[i] = visited;
        }

        return changed ?? items;
    }

    private static TextProvenance ProvenanceOf(string field) => field switch
    {
        ResponseFormat => TextProvenance.ResponseFormat,
        ToolChoice => TextProvenance.ToolDefinition,
        _ => TextProvenance.PassedOnField,
    };

    private static AITool Tool(AITool tool, ISlotVisitor visitor)
    {
        if (tool is ToolDefinition { Definition: var definition })
            return visitor.Json(TextProvenance.ToolDefinition, definition) is { } changed ? new ToolDefinition(changed) : tool;

        var name = PromptPlaces.Replaced(visitor, TextProvenance.ToolDefinition, tool.Name);
        var description = PromptPlaces.Replaced(visitor, TextProvenance.ToolDefinition, tool.Description);
        var schema = tool is AIFunctionDeclaration { JsonSchema: { ValueKind: not JsonValueKind.Undefined } declared }
            ? visitor.Json(TextProvenance.ToolDefinition, declared)
            : null;
        if (ReferenceEquals(name, tool.Name) && ReferenceEquals(description, tool.Description) && schema is null)
            return tool;
        return tool is AIFunctionDeclaration function
            ? AIFunctionFactory.CreateDeclaration(name, description, schema ?? function.JsonSchema)
            : throw new InvalidOperationException($"The texts of a {tool.GetType().Name} cannot be replaced.");
    }

    private static ChatResponseFormat? Format(ChatResponseFormat? format, ISlotVisitor visitor)
    {
        if (format is not ChatResponseFormatJson { Schema: { } schema } shape)
            return format;
        var name = PromptPlaces.Replaced(visitor, TextProvenance.ResponseFormat, shape.SchemaName);
        var description = PromptPlaces.Replaced(visitor, TextProvenance.ResponseFormat, shape.SchemaDescription);
        var changed = visitor.Json(TextProvenance.ResponseFormat, schema);
        return changed is null && ReferenceEquals(name, shape.SchemaName) && ReferenceEquals(description, shape.SchemaDescription)
            ? format
            : ChatResponseFormat.ForJsonSchema(changed ?? schema, name, description);
    }

    private static ChatToolMode? Mode(ChatToolMode? mode, ISlotVisitor visitor) =>
        mode is RequiredChatToolMode { RequiredFunctionName: { } name } && visitor.Text(TextProvenance.ToolDefinition, name, SlotMarks.Uncounted) is { } other
            ? ChatToolMode.RequireSpecific(other)
            : mode;

    private static ChatResponseFormatJson? Described(JsonElement? format) =>
        format is { ValueKind: JsonValueKind.Object } shape
        && shape.TryGetProperty("json_schema"u8, out var described) && described.ValueKind == JsonValueKind.Object
        && described.TryGetProperty("schema"u8, out var schema)
            ? ChatResponseFormat.ForJsonSchema(schema, Text(described, "name"), Text(described, "description"))
            : null;

    private static string? Text(JsonElement? field, params ReadOnlySpan<string> path)
    {
        var json = field ?? default;
        foreach (var name in path)
        {
            if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(name, out json))
                return null;
        }

        return json.ValueKind == JsonValueKind.String ? json.GetString() : null;
    }

    private static bool HasField(ChatOptions options, string name) => PartFields.Of(options.AdditionalProperties, name) is not null;
}
