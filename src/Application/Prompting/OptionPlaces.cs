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
        var instructions = PromptPlaces.Replaced(visitor, TextProvenance.SystemPrompt, options.Instructions);
        var tools = options.Tools is { Count: > 0 } list ? PromptPlaces.Each([.. list], tool => Tool(tool, visitor)) : null;
        var stops = options.StopSequences is { Count: > 0 } sequences
            ? PromptPlaces.Each([.. sequences], stop => PromptPlaces.Replaced(visitor, TextProvenance.PassedOnField, stop, SlotMarks.Uncounted))
            : null;
        var format = HasField(options, ResponseFormat) ? options.ResponseFormat : Format(options.ResponseFormat, visitor);
        var mode = HasField(options, ToolChoice) ? options.ToolMode : Mode(options.ToolMode, visitor);
        var fields = PromptPlaces.VisitFields(options.AdditionalProperties, visitor, provenanceOf: ProvenanceOf);

        var changed = options.Clone();
        changed.Instructions = instructions;
        changed.Tools = tools is null ? options.Tools : [.. tools];
        changed.StopSequences = stops is null ? options.StopSequences : [.. stops];
        (changed.ResponseFormat, changed.ToolMode) = (format, mode);
        if (!ReferenceEquals(fields, options.AdditionalProperties))
        {
            changed.AdditionalProperties = fields;
            // What was read from these fields says the same as they do now.
            if (PartFields.Of(fields, ResponseFormat) is { } described && !IsSame(described, options, ResponseFormat))
                changed.ResponseFormat = Described(described) ?? format;
            if (PartFields.Of(fields, ToolChoice) is { } choice && !IsSame(choice, options, ToolChoice) && mode is RequiredChatToolMode { RequiredFunctionName: not null })
                changed.ToolMode = ChatToolMode.RequireSpecific(Text(choice, "function", "name")!);
        }

        return changed;
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

    private static ChatResponseFormatJson? Described(JsonElement format) =>
        format.TryGetProperty("json_schema"u8, out var described) && described.ValueKind == JsonValueKind.Object
        && described.TryGetProperty("schema"u8, out var schema)
            ? ChatResponseFormat.ForJsonSchema(schema, Text(described, "name"), Text(described, "description"))
            : null;

    private static string? Text(JsonElement json, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(name, out json))
                return null;
        }

        return json.ValueKind == JsonValueKind.String ? json.GetString() : null;
    }

    private static bool HasField(ChatOptions options, string name) => PartFields.Of(options.AdditionalProperties, name) is not null;

    private static bool IsSame(JsonElement field, ChatOptions options, string name) =>
        PartFields.Of(options.AdditionalProperties, name) is { } before && JsonElement.DeepEquals(before, field);
}
