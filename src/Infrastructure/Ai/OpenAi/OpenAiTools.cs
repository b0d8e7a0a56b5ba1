using System.Text.Json;
using CleanLlm.Application.Ai;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.OpenAi;

/// <summary>Writes what may be called and what form the answer has.</summary>
internal static class OpenAiTools
{
    public static void Write(Utf8JsonWriter json, ChatOptions options)
    {
        if (options.Tools is { Count: > 0 } tools && options.HoldsNo("tools"))
        {
            json.WriteStartArray("tools"u8);
            foreach (var tool in tools)
                WriteTool(json, tool);
            json.WriteEndArray();
        }

        if (options.ToolMode is { } mode && options.HoldsNo("tool_choice"))
            WriteChoice(json, mode);
        if (options.AllowMultipleToolCalls is { } several && options.HoldsNo("parallel_tool_calls"))
            json.WriteBoolean("parallel_tool_calls"u8, several);
        if (options.ResponseFormat is { } format && options.HoldsNo("response_format"))
            WriteFormat(json, format);
    }

    private static void WriteTool(Utf8JsonWriter json, AITool tool)
    {
        if (tool is ToolDefinition { Definition: var definition })
        {
            definition.WriteTo(json);
            return;
        }

        if (tool is not AIFunctionDeclaration function)
            throw new ProviderException(ProviderFailure.Unsupported, "The provider takes functions as tools only.");
        json.WriteStartObject();
        json.WriteString("type"u8, "function"u8);
        json.WriteStartObject("function"u8);
        json.WriteString("name"u8, function.Name);
        if (function.Description.Length > 0)
            json.WriteString("description"u8, function.Description);
        json.WritePropertyName("parameters"u8);
        function.JsonSchema.WriteTo(json);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteChoice(Utf8JsonWriter json, ChatToolMode mode)
    {
        if (mode is RequiredChatToolMode { RequiredFunctionName: { } name })
        {
            json.WriteStartObject("tool_choice"u8);
            json.WriteString("type"u8, "function"u8);
            json.WriteStartObject("function"u8);
            json.WriteString("name"u8, name);
            json.WriteEndObject();
            json.WriteEndObject();
            return;
        }

        json.WriteString("tool_choice"u8, mode switch
        {
            NoneChatToolMode => "none"u8,
            RequiredChatToolMode => "required"u8,
            _ => "auto"u8,
        });
    }

    private static void WriteFormat(Utf8JsonWriter json, ChatResponseFormat format)
    {
        json.WriteStartObject("response_format"u8);
        if (format is not ChatResponseFormatJson { Schema: { } schema } shape)
        {
            json.WriteString("type"u8, format is ChatResponseFormatJson ? "json_object"u8 : "text"u8);
            json.WriteEndObject();
            return;
        }

        json.WriteString("type"u8, "json_schema"u8);
        json.WriteStartObject("json_schema"u8);
        json.WriteString("name"u8, shape.SchemaName ?? "answer");
        if (shape.SchemaDescription is { Length: > 0 } description)
            json.WriteString("description"u8, description);
        json.WritePropertyName("schema"u8);
        schema.WriteTo(json);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
