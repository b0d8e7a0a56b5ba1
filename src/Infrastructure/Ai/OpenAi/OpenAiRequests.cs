using System.Buffers;
using System.Collections.Frozen;
using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json;
using CleanLlm.Application.Ai;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.OpenAi;

/// <summary>
/// Writes the body of <c>POST /chat/completions</c>. By hand, because an OpenAI client's own fields go through unchanged:
/// a <see cref="JsonElement"/> in <see cref="ChatOptions.AdditionalProperties"/> is written under its key, in place of what the
/// option of that name would have said.
/// </summary>
internal static class OpenAiRequests
{
    /// <summary>Set here, whatever the options hold and in any case: they decide what is metered and how the answer is read.</summary>
    private static readonly FrozenSet<string> Reserved =
        FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "model", "messages", "stream", "stream_options", "max_tokens", "max_completion_tokens", "n");

    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly JsonWriterOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="messages">The conversation.</param>
    /// <param name="options">What is asked for.</param>
    /// <param name="stream">As server-sent events, with the usage in the last.</param>
    /// <param name="maxTokensName">How the server calls the bound of an answer.</param>
    /// <param name="maxTokens">The bound, in tokens; null for none.</param>
    /// <exception cref="ArgumentException">No model is named.</exception>
    /// <exception cref="ProviderException">OpenAI's API has no form for a message or a tool.</exception>
    public static HttpContent From(IEnumerable<ChatMessage> messages, ChatOptions? options, bool stream, string maxTokensName, int? maxTokens)
    {
        var model = options?.ModelId ?? throw new ArgumentException("The model's name is missing.", nameof(options));
        var body = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(body, Unescaped))
        {
            json.WriteStartObject();
            json.WriteString("model"u8, model);
            OpenAiMessages.Write(json, messages, options.Instructions);
            WriteDelivery(json, stream, maxTokensName, maxTokens);
            WriteSampling(json, options);
            OpenAiTools.Write(json, options);
            WriteRest(json, options);
            json.WriteEndObject();
        }

        return new ReadOnlyMemoryContent(body.WrittenMemory) { Headers = { ContentType = Json } };
    }

    /// <summary>The options hold no field of the name as its client wrote it.</summary>
    internal static bool HoldsNo(this ChatOptions options, string field) => options.AdditionalProperties?.GetValueOrDefault(field) is not JsonElement;

    private static void WriteDelivery(Utf8JsonWriter json, bool stream, string maxTokensName, int? maxTokens)
    {
        if (stream)
        {
            json.WriteBoolean("stream"u8, true);
            json.WriteStartObject("stream_options"u8);
            json.WriteBoolean("include_usage"u8, true);
            json.WriteEndObject();
        }

        if (maxTokens is { } most)
            json.WriteNumber(maxTokensName, most);
    }

    private static void WriteSampling(Utf8JsonWriter json, ChatOptions options)
    {
        Number("temperature", options.Temperature);
        Number("top_p", options.TopP);
        Number("frequency_penalty", options.FrequencyPenalty);
        Number("presence_penalty", options.PresencePenalty);
        if (options.TopK is { } topK && options.HoldsNo("top_k"))
            json.WriteNumber("top_k"u8, topK);
        if (options.Seed is { } seed && options.HoldsNo("seed"))
            json.WriteNumber("seed"u8, seed);
        if (options.StopSequences is not { Count: > 0 } stops || !options.HoldsNo("stop"))
            return;
        json.WriteStartArray("stop"u8);
        foreach (var stop in stops)
            json.WriteStringValue(stop);
        json.WriteEndArray();

        void Number(string field, float? value)
        {
            if (value is { } number && options.HoldsNo(field))
                json.WriteNumber(field, number);
        }
    }

    private static void WriteRest(Utf8JsonWriter json, ChatOptions options)
    {
        if (options.AdditionalProperties is not { } fields)
            return;
        foreach (var (field, value) in fields)
        {
            if (value is not JsonElement { ValueKind: not JsonValueKind.Undefined } element || Reserved.Contains(field))
                continue;
            json.WritePropertyName(field);
            element.WriteTo(json);
        }
    }
}
