using System.Buffers;
using System.Text.Json;
using CleanLlm.Application.Ai;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.ResponseCache;

/// <summary>Writes down all that an answer depends on, so that equal calls are equal bytes and any others are not.</summary>
internal static class CacheKey
{
    // Counts up whenever what is kept of an answer, or what is written here, changes its meaning.
    private const int Version = 4;

    /// <summary>
    /// Owner, providers and models that may answer, parameters, tools and prepared messages. Null when the call holds something
    /// that cannot be written down, so that nothing can be said to equal it.
    /// </summary>
    public static ReadOnlyMemory<byte>? Of(IEnumerable<ChatMessage> messages, ChatOptions options, RoutedCall call, CacheTerms terms)
    {
        if (options.RawRepresentationFactory is not null)
            return null;
        var bytes = new ArrayBufferWriter<byte>(1024);
        try
        {
            using var json = new Utf8JsonWriter(bytes);
            json.WriteStartArray();
            json.WriteNumberValue(Version);
            json.WriteStringValue(terms.Owner.Id);
            foreach (var candidate in call.Candidates)
            {
                json.WriteStringValue(candidate.Provider);
                json.WriteStringValue(candidate.Id);
            }

            Write(json, Parameters(options));
            foreach (var tool in options.Tools ?? [])
                WriteTool(json, tool);
            foreach (var message in messages)
                WriteMessage(json, message);
            json.WriteEndArray();
        }
        catch (NotSupportedException)
        {
            return null;
        }

        return bytes.WrittenMemory;
    }

    private static ChatOptions Parameters(ChatOptions options)
    {
        if (options.AdditionalProperties is not { Count: 0 })
            return options;
        // Whether there were none or an empty set of them makes no difference.
        var parameters = options.Clone();
        parameters.AdditionalProperties = null;
        return parameters;
    }

    private static void WriteTool(Utf8JsonWriter json, AITool tool)
    {
        if (tool is not AIFunctionDeclaration function)
            throw new NotSupportedException("A tool of a kind that cannot be written down.");
        json.WriteStartArray();
        json.WriteStringValue(function.Name);
        json.WriteStringValue(function.Description);
        Write(json, function.JsonSchema);
        Write(json, function.AdditionalProperties);
        if (function is ToolDefinition { Definition: var definition })
            Write(json, definition);
        json.WriteEndArray();
    }

    private static void WriteMessage(Utf8JsonWriter json, ChatMessage message)
    {
        json.WriteStartArray();
        json.WriteStringValue(message.Role.Value);
        json.WriteStringValue(message.AuthorName);
        Write(json, message.AdditionalProperties);
        foreach (var content in message.Contents)
            WriteContent(json, content);
        json.WriteEndArray();
    }

    private static void WriteContent(Utf8JsonWriter json, AIContent content)
    {
        json.WriteStartObject();
        switch (content)
        {
            case TextContent text:
                json.WriteString("text", text.Text);
                json.WriteString("form", TextForms.Of(text));
                break;
            case TextReasoningContent reasoning:
                json.WriteString(ReasoningFields.Of(reasoning), reasoning.Text);
                json.WriteString("protected", reasoning.ProtectedData);
                break;
            case MessageField field:
                json.WriteString("field", field.Name);
                json.WritePropertyName("value");
                field.Value.WriteTo(json);
                break;
            case DataContent data:
                json.WriteString("data", data.Uri);
                break;
            case UriContent uri:
                json.WriteString("uri", uri.Uri.ToString());
                json.WriteString("type", uri.MediaType);
                break;
            case FunctionCallContent function:
                json.WriteString("call", function.CallId);
                json.WriteString("name", function.Name);
                json.WriteString("raw", function.RawRepresentation as string);
                json.WritePropertyName("arguments");
                Write(json, function.Arguments);
                break;
            case FunctionResultContent { CallId: var id, Result: var value }:
                json.WriteString("result", id);
                WriteResult(json, value);
                break;
            default:
                throw new NotSupportedException("A part of a kind that cannot be written down.");
        }

        // As a client of the same kind sent it: what it says beside the address, a provider of that kind is told.
        if (content.RawRepresentation is JsonElement raw)
        {
            json.WritePropertyName("as_sent");
            Write(json, raw);
        }

        if (content.AdditionalProperties is { Count: > 0 } more)
        {
            json.WritePropertyName("more");
            Write(json, more);
        }

        json.WriteEndObject();
    }

    private static void WriteResult(Utf8JsonWriter json, object? result)
    {
        if (result is not (IEnumerable<AIContent> or AIContent))
        {
            json.WritePropertyName("value");
            Write(json, result);
            return;
        }

        json.WriteStartArray("parts");
        foreach (var part in result as IEnumerable<AIContent> ?? [(AIContent)result])
            WriteContent(json, part);
        json.WriteEndArray();
    }

    private static void Write<T>(Utf8JsonWriter json, T value) => JsonSerializer.Serialize(json, value, AIJsonUtilities.DefaultOptions);
}
