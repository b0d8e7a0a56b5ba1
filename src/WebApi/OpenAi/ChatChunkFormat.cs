using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using CleanLlm.Application.Ai;
using CleanLlm.Application.Completions;
using CleanLlm.Application.Completions.Log;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.WebApi.Http;
using CleanLlm.WebApi.Streaming;

namespace CleanLlm.WebApi.OpenAi;

/// <summary>
/// Events as OpenAI's chunks: the role with the first piece, the pieces, why it ended, the usage if it is wanted, and <c>[DONE]</c>.
/// The ids of the events are those of <c>/api/v1/completions/{id}/events</c>, where a broken stream can be read on. What all chunks
/// have in common is encoded once, so a token costs no more than its bytes. A stream of chunks begins with the first event, so what it
/// has not written by the end is missing, and is written then.
/// </summary>
internal sealed class ChatChunkFormat(bool includeUsage, HttpContext http) : ICompletionEventFormat, IDisposable
{
    private static readonly JsonWriterOptions Writing = new() { Encoder = OpenAiJson.Options.Encoder, SkipValidation = true };

    // Of each tool call, in characters.
    private readonly List<int> argumentsWritten = [];

    private Utf8JsonWriter? writer;
    private byte[] head = [];
    private bool hasRole;
    private int textWritten;
    private int reasoningWritten;

    public void Write(IBufferWriter<byte> output, int? id, CompletionEvent entry)
    {
        switch (entry)
        {
            case CompletionStarted started:
                head = HeadOf(started.Id, started.Model);
                break;
            case CompletionDelta delta:
                EventFields.WriteId(output, id);
                WriteDelta(output, delta);
                break;
            case CompletionReasoning reasoning:
                EventFields.WriteId(output, id);
                WriteReasoning(output, reasoning.Field ?? ReasoningFields.Content, reasoning.Text);
                break;
            case CompletionFinished finished:
                WriteEnd(output, id, finished.Completion);
                break;
            case CompletionCancelled:
                WriteError(output, id, Problem.Of(CompletionErrors.Cancelled, http));
                break;
            case CompletionFailed failed:
                WriteError(output, id, Problem.Of(failed.Error, http));
                break;
            default:
                throw new InvalidOperationException($"No chunk is known for {entry.GetType().Name}.");
        }
    }

    public void Dispose() => writer?.Dispose();

    private void WriteDelta(IBufferWriter<byte> output, CompletionDelta delta)
    {
        Note(delta);
        var json = BeginDelta(output, withText: delta is { ToolCall: null, Field: null });
        if (delta.ToolCall is { } call)
            WriteCall(json, call);
        else if (delta.Field is { } field)
        {
            json.WritePropertyName(field.Name);
            json.WriteRawValue(field.Json);
        }
        else
            json.WriteString("content"u8, delta.Text);
        EndDelta(output, json);
    }

    private void WriteReasoning(IBufferWriter<byte> output, string field, string text)
    {
        reasoningWritten += text.Length;
        var json = BeginDelta(output, withText: false);
        json.WriteString(field, text);
        EndDelta(output, json);
    }

    private Utf8JsonWriter BeginDelta(IBufferWriter<byte> output, bool withText)
    {
        var json = BeginChunk(output);
        json.WriteStartObject();
        if (!hasRole)
        {
            hasRole = true;
            json.WriteString("role"u8, "assistant"u8);
            json.WriteNull("refusal"u8);
            if (!withText)
                json.WriteNull("content"u8);
        }

        return json;
    }

    private void EndDelta(IBufferWriter<byte> output, Utf8JsonWriter json)
    {
        json.WriteEndObject();
        EndChunk(output, finish: null);
    }

    private static void WriteCall(Utf8JsonWriter json, ToolCallDelta call)
    {
        json.WriteStartArray("tool_calls"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, call.Index);
        if (call.Id is not null)
        {
            json.WriteString("id"u8, call.Id);
            json.WriteString("type"u8, "function"u8);
        }

        json.WriteStartObject("function"u8);
        if (call.Name is not null)
            json.WriteString("name"u8, call.Name);
        json.WriteString("arguments"u8, call.Arguments);
        json.WriteEndObject();
        if (call.ExtraContent is not null)
        {
            json.WritePropertyName("extra_content"u8);
            json.WriteRawValue(call.ExtraContent);
        }

        json.WriteEndObject();
        json.WriteEndArray();
    }

    private void WriteEnd(IBufferWriter<byte> output, int? id, CompletionDto completion)
    {
        if (completion.IsAnswerGone)
        {
            // Whether all of it was written is not known; half an answer must not look like a whole one.
            WriteError(output, id, Problem.Of(CompletionErrors.NotKept, http));
            return;
        }

        // Another model may have answered than the one that the chunks before had to name.
        head = HeadOf(completion.Id, completion.Model);
        WriteMissing(output, completion);
        var json = BeginChunk(output);
        json.WriteStartObject();
        json.WriteEndObject();
        EndChunk(output, ChatAnswer.NameOf(completion.FinishReason) ?? "stop");
        if (includeUsage)
        {
            output.Write("data: "u8);
            output.Write(head);
            output.Write("[],\"usage\":"u8);
            JsonSerializer.Serialize(Writer(output), ChatUsage.Of(completion.Usage), OpenAiJson.Options);
            output.Write("}\n\n"u8);
        }

        EventFields.WriteId(output, id);
        output.Write("data: [DONE]\n\n"u8);
    }

    /// <summary>
    /// What was not seen of it: all when it had ended before, the rest when its log stopped short. An answer that said nothing still
    /// has a role.
    /// </summary>
    private void WriteMissing(IBufferWriter<byte> output, CompletionDto completion)
    {
        var reasoning = completion.Message?.Reasoning ?? "";
        if (reasoning.Length > reasoningWritten)
            WriteReasoning(output, completion.ReasoningField, reasoning[reasoningWritten..]);
        var text = completion.Message?.Content ?? "";
        if (text.Length > textWritten || (!hasRole && completion.ToolCalls.Count == 0))
            WriteDelta(output, new CompletionDelta(text[textWritten..]));
        for (var i = 0; i < completion.ToolCalls.Count; i++)
        {
            var call = completion.ToolCalls[i];
            if (i >= argumentsWritten.Count)
                WriteDelta(output, new CompletionDelta("") { ToolCall = new ToolCallDelta(i, call.Id, call.Name, call.Arguments) { ExtraContent = call.ExtraContent } });
            else if (call.Arguments.Length > argumentsWritten[i])
                WriteDelta(output, new CompletionDelta("") { ToolCall = new ToolCallDelta(i, null, null, call.Arguments[argumentsWritten[i]..]) });
        }
    }

    private void Note(CompletionDelta delta)
    {
        textWritten += delta.Text.Length;
        if (delta.ToolCall is not { } call)
            return;
        while (argumentsWritten.Count <= call.Index)
            argumentsWritten.Add(0);
        argumentsWritten[call.Index] += call.Arguments.Length;
    }

    private void WriteError(IBufferWriter<byte> output, int? id, Problem problem)
    {
        EventFields.WriteId(output, id);
        output.Write("data: "u8);
        JsonSerializer.Serialize(Writer(output), new OpenAiErrorDocument(OpenAiError.Of(problem)), OpenAiJson.Options);
        output.Write("\n\n"u8);
    }

    private Utf8JsonWriter BeginChunk(IBufferWriter<byte> output)
    {
        output.Write("data: "u8);
        output.Write(head);
        output.Write("[{\"index\":0,\"delta\":"u8);
        return Writer(output);
    }

    private void EndChunk(IBufferWriter<byte> output, string? finish)
    {
        writer!.Flush();
        output.Write(",\"logprobs\":null,\"finish_reason\":"u8);
        output.Write(finish is null ? "null"u8 : Encoding.UTF8.GetBytes($"\"{finish}\""));
        output.Write(includeUsage ? "}],\"usage\":null}\n\n"u8 : "}]}\n\n"u8);
    }

    private Utf8JsonWriter Writer(IBufferWriter<byte> output)
    {
        if (writer is null)
            writer = new Utf8JsonWriter(output, Writing);
        else
            writer.Reset(output);
        return writer;
    }

    // Everything up to the value of "choices".
    private static byte[] HeadOf(CompletionId id, string model)
    {
        var created = DateTimeOffset.FromUnixTimeMilliseconds(MillisecondsOf(id.Value)).ToUnixTimeSeconds();
        var name = JsonEncodedText.Encode(model, OpenAiJson.Options.Encoder);
        return Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"id\":\"{ChatAnswer.IdOf(id)}\",\"object\":\"chat.completion.chunk\",\"created\":{created},\"model\":\"{name}\",\"system_fingerprint\":null,\"choices\":"));
    }

    // A UUID v7 begins with its time (RFC 9562, 5.7).
    private static long MillisecondsOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return (long)(System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16);
    }
}
