using System.Text.Json;
using CleanLlm.Application.Ai;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.OpenAi;

/// <summary>Writes <c>content</c>: a text that stood alone as a string, anything else as a list of parts.</summary>
internal static class OpenAiParts
{
    /// <summary>Whether it belongs into <c>content</c>, not beside it.</summary>
    public static bool IsPart(AIContent content) => content switch
    {
        TextContent text => TextForms.Of(text) != TextForms.Refusal,
        TextReasoningContent or MessageField => false,
        _ => !OpenAiToolCalls.IsCall(content),
    };

    public static void WriteContent(Utf8JsonWriter json, IList<AIContent> parts)
    {
        if (parts.Count == 0)
            json.WriteString("content"u8, ""u8);
        else if (parts is [TextContent only] && TextForms.Of(only) is null && !HasBeside(only.AdditionalProperties))
            json.WriteString("content"u8, only.Text);
        else
            WriteList(json, parts);
    }

    public static void WriteList(Utf8JsonWriter json, IEnumerable<AIContent> parts)
    {
        json.WriteStartArray("content"u8);
        foreach (var part in parts)
            WritePart(json, part);
        json.WriteEndArray();
    }

    /// <summary>The parts of a tool's result; null when it is a text or a value.</summary>
    public static IReadOnlyList<AIContent>? OfResult(object? result) => result switch
    {
        IEnumerable<AIContent> parts => [.. parts],
        TextContent => null,
        AIContent part => [part],
        _ => null,
    };

    /// <summary>Writes what goes beside a message, a part or a result: the mark of the prompt cache, and what the operator lets pass.</summary>
    public static void WriteBeside(Utf8JsonWriter json, AdditionalPropertiesDictionary? properties)
    {
        if (PartFields.Of(properties, PartFields.CacheControl) is { } control)
        {
            json.WritePropertyName(PartFields.CacheControl);
            control.WriteTo(json);
        }

        WritePassedOn(json, properties);
    }

    /// <summary>Writes the fields that the operator lets pass.</summary>
    public static void WritePassedOn(Utf8JsonWriter json, AdditionalPropertiesDictionary? properties)
    {
        if (PartFields.Of(properties, PartFields.PassedOn) is not { ValueKind: JsonValueKind.Object } fields)
            return;
        foreach (var field in fields.EnumerateObject())
            field.WriteTo(json);
    }

    private static bool HasBeside(AdditionalPropertiesDictionary? properties) =>
        PartFields.Of(properties, PartFields.CacheControl) is not null || PartFields.Of(properties, PartFields.PassedOn) is not null;

    private static void WritePart(Utf8JsonWriter json, AIContent part)
    {
        switch (part)
        {
            // Text is never taken from the raw part, which knows nothing of what the pipeline has changed.
            case TextContent text:
                WriteText(json, text);
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

    private static void WriteText(Utf8JsonWriter json, TextContent text)
    {
        var type = TextForms.Of(text) == TextForms.RefusalPart ? "refusal"u8 : "text"u8;
        json.WriteStartObject();
        json.WriteString("type"u8, type);
        json.WriteString(type, text.Text);
        WriteBeside(json, text.AdditionalProperties);
        json.WriteEndObject();
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
        WriteBeside(json, image.AdditionalProperties);
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
        WriteBeside(json, audio.AdditionalProperties);
        json.WriteEndObject();
    }
}
