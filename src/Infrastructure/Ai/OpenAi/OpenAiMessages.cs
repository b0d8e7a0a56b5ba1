using System.Text.Json;
using CleanLlm.Application.Ai;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.OpenAi;

/// <summary>Writes <c>messages</c>: their content, reasoning, calls of tools and their results, and what goes back as it came.</summary>
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
        Begin(json, message.Role.Value, message);
        if (message.Contents.All(OpenAiParts.IsPart))
            OpenAiParts.WriteContent(json, message.Contents);
        else
            WriteBeside(json, message.Contents);
        OpenAiParts.WriteBeside(json, message.AdditionalProperties);
        json.WriteEndObject();
    }

    /// <summary>A message of the assistant that holds more than content.</summary>
    private static void WriteBeside(Utf8JsonWriter json, IList<AIContent> contents)
    {
        List<AIContent> parts = [.. contents.Where(OpenAiParts.IsPart)];
        if (parts.Count == 0)
            json.WriteNull("content"u8);
        else
            OpenAiParts.WriteContent(json, parts);
        if (contents.OfType<TextContent>().FirstOrDefault(text => TextForms.Of(text) == TextForms.Refusal) is { } refusal)
            json.WriteString("refusal"u8, refusal.Text);
        foreach (var reasoning in contents.OfType<TextReasoningContent>().GroupBy(ReasoningFields.Of))
            json.WriteString(reasoning.Key, string.Concat(reasoning.Select(piece => piece.Text)));
        foreach (var field in contents.OfType<MessageField>().Where(field => MessageField.Known.Contains(field.Name)).DistinctBy(field => field.Name))
        {
            json.WritePropertyName(field.Name);
            field.Value.WriteTo(json);
        }

        OpenAiToolCalls.Write(json, [.. contents.Where(OpenAiToolCalls.IsCall)]);
    }

    private static void WriteResults(Utf8JsonWriter json, ChatMessage message)
    {
        foreach (var content in message.Contents)
        {
            if (content is not FunctionResultContent { Result: var value } result)
                throw new ProviderException(ProviderFailure.Unsupported, "A tool's message holds results only.");
            Begin(json, "tool", message);
            json.WriteString("tool_call_id"u8, result.CallId);
            if (OpenAiParts.OfResult(value) is { Count: > 0 } parts)
                OpenAiParts.WriteList(json, parts);
            else
                json.WriteString("content"u8, OpenAiToolCalls.ResultText(value));
            OpenAiParts.WriteBeside(json, result.AdditionalProperties ?? message.AdditionalProperties);
            json.WriteEndObject();
        }
    }

    private static void Begin(Utf8JsonWriter json, string role, ChatMessage message)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, role);
        if (message.AuthorName is { Length: > 0 } author)
            json.WriteString("name"u8, author);
    }
}
