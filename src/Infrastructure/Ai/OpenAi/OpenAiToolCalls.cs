using System.Text.Json;
using CleanLlm.Application.Ai;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.OpenAi;

/// <summary>
/// Writes the calls an assistant's message holds, and their results. The raw form of a call is its arguments as the model wrote them.
/// </summary>
internal static class OpenAiToolCalls
{
    private static readonly JsonSerializerOptions Compact = new(AIJsonUtilities.DefaultOptions) { WriteIndented = false };

    /// <summary>A call in one of the forms the port knows.</summary>
    public static bool IsCall(AIContent content) => content is ToolCallFragment or FunctionCallContent;

    public static void Write(Utf8JsonWriter json, IReadOnlyList<AIContent> calls)
    {
        if (calls.Count == 0)
            return;
        json.WriteStartArray("tool_calls"u8);
        foreach (var call in calls)
        {
            if (call is ToolCallFragment fragment)
                WriteCall(json, fragment.Id, fragment.Name, fragment.Arguments, fragment.ExtraContent, beside: null);
            else if (call is FunctionCallContent function)
                WriteCall(json, function.CallId, function.Name, function.RawRepresentation as string ?? Text(function.Arguments), ExtraContent(function), function.AdditionalProperties);
        }

        json.WriteEndArray();
    }

    /// <summary>A result as the model reads it: text as it is, anything else as JSON.</summary>
    public static string ResultText(object? result) => result switch
    {
        null => "",
        string text => text,
        JsonElement { ValueKind: JsonValueKind.String } text => text.GetString()!,
        JsonElement json => json.GetRawText(),
        TextContent text => text.Text,
        IEnumerable<AIContent> => "",
        _ => Text(result),
    };

    private static JsonElement? ExtraContent(FunctionCallContent call) => PartFields.Of(call.AdditionalProperties, PartFields.ExtraContent);

    private static void WriteCall(Utf8JsonWriter json, string? id, string? name, string? arguments, JsonElement? extra, AdditionalPropertiesDictionary? beside)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id ?? "");
        json.WriteString("type"u8, "function"u8);
        json.WriteStartObject("function"u8);
        json.WriteString("name"u8, name ?? "");
        json.WriteString("arguments"u8, arguments is { Length: > 0 } ? arguments : "{}");
        json.WriteEndObject();
        if (extra is { } value)
        {
            json.WritePropertyName(PartFields.ExtraContent);
            value.WriteTo(json);
        }

        OpenAiParts.WritePassedOn(json, beside);
        json.WriteEndObject();
    }

    private static string Text(object? value) =>
        value is null ? "{}" : JsonSerializer.Serialize(value, Compact.GetTypeInfo(value.GetType()));
}
