using System.Text.Json;
using CleanLlm.Infrastructure.Ai.Calls;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.Predict;

/// <summary>Reads an answer of the contract, or one event of its stream, in one pass. A value of another type than the contract's counts as missing.</summary>
internal sealed class PredictAnswers : IAnswerReader
{
    private readonly SplitCharacter split = new();

    public AnswerEvent Read(ref ReadOnlySpan<byte> json, bool isDocument)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 256 });
            reader.Read();
            var read = ReadAnswer(ref reader, isDocument);
            json = json[(int)reader.BytesConsumed..];
            return read;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return new AnswerEvent(AnswerEventKind.Unreadable);
        }
    }

    private AnswerEvent ReadAnswer(ref Utf8JsonReader reader, bool isDocument)
    {
        string? text = null, reason = null;
        UsageDetails? usage = null;
        var (done, failed) = (false, false);
        while (reader.NextProperty())
        {
            if (reader.ValueTextEquals("text"u8))
                text = reader.NextText(split);
            else if (reader.ValueTextEquals("done"u8))
                done = reader.NextIsTold();
            else if (reader.ValueTextEquals("finishReason"u8))
                reason = reader.NextText();
            else if (reader.ValueTextEquals("usage"u8))
                usage = ReadUsage(ref reader);
            else if (reader.ValueTextEquals("error"u8))
                failed = reader.NextIsTold();
            else
                reader.SkipValue();
        }

        // The failure's text may quote the prompt, so it is not read.
        if (failed)
            return new AnswerEvent(AnswerEventKind.Failure);
        return new AnswerEvent(done ? AnswerEventKind.End : AnswerEventKind.Piece)
        {
            HasChoice = text is not null || done,
            Speaks = !string.IsNullOrEmpty(text),
            Contents = string.IsNullOrEmpty(text) ? null : [new TextContent(text)],
            Finish = done || isDocument ? FinishReasons.Of(reason) ?? ChatFinishReason.Stop : null,
            Usage = usage,
        };
    }

    private static UsageDetails? ReadUsage(ref Utf8JsonReader reader)
    {
        if (!reader.Opens(JsonTokenType.StartObject))
            return null;
        var usage = new UsageDetails();
        while (reader.NextProperty())
        {
            if (reader.ValueTextEquals("promptTokens"u8))
                usage.InputTokenCount = reader.NextFigure();
            else if (reader.ValueTextEquals("completionTokens"u8))
                usage.OutputTokenCount = reader.NextFigure();
            else
                reader.SkipValue();
        }

        return usage.InputTokenCount is null && usage.OutputTokenCount is null ? null : usage;
    }
}
