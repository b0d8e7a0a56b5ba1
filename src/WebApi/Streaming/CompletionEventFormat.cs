using System.Buffers;
using System.Text.Json;
using CleanLlm.Application.Completions.Log;
using CleanLlm.WebApi.Http;

namespace CleanLlm.WebApi.Streaming;

/// <summary>Events as <c>/api</c> names them. One writer serves the whole stream, so an event costs no more than its bytes.</summary>
internal sealed class CompletionEventFormat(JsonSerializerOptions json, HttpContext http) : ICompletionEventFormat, IDisposable
{
    private static readonly JsonEncodedText Text = JsonEncodedText.Encode("text");

    private Utf8JsonWriter? writer;

    public void Write(IBufferWriter<byte> output, int? id, CompletionEvent entry)
    {
        // For clients of /v1 only.
        if (entry is CompletionDelta { Field: not null })
            return;
        EventFields.WriteId(output, id);
        output.Write("event: "u8);
        output.Write(NameOf(entry));
        output.Write("\ndata: "u8);
        WriteData(output, entry);
        output.Write("\n\n"u8);
    }

    public void Dispose() => writer?.Dispose();

    private void WriteData(IBufferWriter<byte> output, CompletionEvent entry)
    {
        if (writer is null)
            writer = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = json.Encoder, SkipValidation = true });
        else
            writer.Reset(output);

        switch (entry)
        {
            // Once a token, so without the detour over the serializer.
            case CompletionDelta { ToolCall: null } delta:
                WriteText(writer, delta.Text);
                break;
            case CompletionReasoning reasoning:
                WriteText(writer, reasoning.Text);
                break;
            case CompletionFinished finished:
                JsonSerializer.Serialize(writer, finished.Completion, json);
                break;
            case CompletionCancelled cancelled:
                JsonSerializer.Serialize(writer, cancelled.Completion, json);
                break;
            case CompletionFailed failed:
                JsonSerializer.Serialize(writer, Problem.Of(failed.Error, http), json);
                break;
            default:
                JsonSerializer.Serialize(writer, entry, entry.GetType(), json);
                break;
        }

        writer.Flush();
    }

    private static void WriteText(Utf8JsonWriter writer, string text)
    {
        writer.WriteStartObject();
        writer.WriteString(Text, text);
        writer.WriteEndObject();
    }

    private static ReadOnlySpan<byte> NameOf(CompletionEvent entry) => entry switch
    {
        CompletionStarted => "completion.started"u8,
        CompletionDelta => "completion.delta"u8,
        CompletionReasoning => "completion.reasoning"u8,
        CompletionFinished => "completion.finished"u8,
        CompletionFailed => "completion.failed"u8,
        CompletionCancelled => "completion.cancelled"u8,
        _ => throw new InvalidOperationException($"No event is named for {entry.GetType().Name}."),
    };
}
