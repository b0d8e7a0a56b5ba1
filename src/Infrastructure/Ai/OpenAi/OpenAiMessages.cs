using System.Text.Json;
using CleanLlm.Application.Ai;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.OpenAi;

/// <summary>Writes <c>messages</c>: text as a string, several parts as a list, calls of tools and their results.</summary>
internal static class OpenAiMessages
{
    public static void Write(Utf8JsonWriter json, IEnumerable<ChatMessage> messages, string? instructions)
    {
        json.WriteStartArray("messages"u8);
        if (instructions is { Length: > 0 })
        {
            json.WriteStartObject();
            json.WriteString("role"u8, "system"u8);
            json.WriteString("content"u8, instructions);
            json.WriteEndObject();
        }

        foreach (var message in messages)
        {
            if (message.Role == ChatRole.Tool)
                WriteResults(json, message);
            else
                WriteMessage(json, message);
        }

        json.WriteEndArray();
    }

    private static void WriteMessage(Utf8JsonWriter json, ChatMessage message)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, message.Role.Value);
        if (message.AuthorName is { Length: > 0 } author)
            json.WriteString("name"u8, author);

        var calls = message.Contents.Where(OpenAiToolCalls.IsCall).ToList();
        var parts = calls.Count == 0 ? message.Contents : [.. message.Contents.Except(calls)];
        if (parts.All(part => part is TextContent))
            WriteText(json, parts, calls.Count > 0);
        else
            WriteParts(json, parts);
        OpenAiToolCalls.Write(json, calls);
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, IList<AIContent> parts, bool withCalls)
    {
        if (parts.Count == 0 && withCalls)
            json.WriteNull("content"u8);
        else
            json.WriteString("content"u8, parts is [TextContent only] ? only.Text : string.Concat(parts.Cast<TextContent>().Select(part => part.Text)));
    }

    private static void WriteParts(Utf8JsonWriter json, IList<AIContent> parts)
    {
        json.WriteStartArray("content"u8);
        foreach (var part in parts)
            WritePart(json, part);
        json.WriteEndArray();
    }

    private static void WritePart(Utf8JsonWriter json, AIContent part)
    {
        switch (part)
        {
            // Text is never taken from the raw part, which knows nothing of what the pipeline has changed.
            case TextContent text:
                json.WriteStartObject();
                json.WriteString("type"u8, "text"u8);
                json.WriteString("text"u8, text.Text);
                json.WriteEndObject();
                break;
            case { RawRepresentation: JsonElement { ValueKind: JsonValueKind.Object } raw }:
                raw.WriteTo(json);
                break;
            case DataContent data when data.HasTopLevelMediaType("image"):
                WriteImage(json, data.Uri, data);
                break;
            case UriContent link when link.HasTopLevelMediaType("image"):
                WriteImage(json, link.Uri.AbsoluteUri, link);
                break;
            case DataContent data when data.HasTopLevelMediaType("audio"):
                WriteAudio(json, data);
                break;
            default:
                throw new ProviderException(ProviderFailure.Unsupported, "The provider takes text, images and audio only.");
        }
    }

    private static void WriteImage(Utf8JsonWriter json, string url, AIContent image)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "image_url"u8);
        json.WriteStartObject("image_url"u8);
        json.WriteString("url"u8, url);
        if (image.AdditionalProperties?.GetValueOrDefault("detail") is string detail)
            json.WriteString("detail"u8, detail);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteAudio(Utf8JsonWriter json, DataContent audio)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "input_audio"u8);
        json.WriteStartObject("input_audio"u8);
        json.WriteString("data"u8, audio.Base64Data.Span);
        json.WriteString("format"u8, audio.MediaType.EndsWith("wav", StringComparison.OrdinalIgnoreCase) ? "wav"u8 : "mp3"u8);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteResults(Utf8JsonWriter json, ChatMessage message)
    {
        foreach (var content in message.Contents)
        {
            if (content is not FunctionResultContent result)
                throw new ProviderException(ProviderFailure.Unsupported, "A tool's message holds results only.");
            json.WriteStartObject();
            json.WriteString("role"u8, "tool"u8);
            json.WriteString("tool_call_id"u8, result.CallId);
            // What the tool gave: no task.
            json.WriteString("content"u8, OpenAiToolCalls.ResultText(result.Result));
            json.WriteEndObject();
        }
    }
}
