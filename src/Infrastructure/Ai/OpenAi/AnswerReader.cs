using System.Text;
using System.Text.Json;
using CleanLlm.Application.Ai;
using CleanLlm.Infrastructure.Ai.Calls;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.OpenAi;

/// <summary>
/// Reads an answer in one document, or one event of a stream, in one pass over the provider's bytes: a token of a stream costs its
/// text and the update that carries it. What can be read is read: a value of another type than expected is taken for what it can only
/// mean, or for none.
/// </summary>
internal ref struct AnswerReader
{
    private static readonly JsonReaderOptions Tolerant = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = 256 };

    private static readonly (byte[] Name, string Text)[] Fields = [.. MessageField.Known.Select(name => (Encoding.UTF8.GetBytes(name), name))];

    private readonly ReadOnlySpan<byte> json;
    private readonly OpenAiAnswers memory;
    private Utf8JsonReader reader;
    private AnswerChoice choice;
    private bool chosen;
    private bool failed;
    private bool complains;
    private UsageDetails? usage;
    private UsageDetails? timings;

    private AnswerReader(ReadOnlySpan<byte> json, OpenAiAnswers memory)
    {
        this.json = json;
        this.memory = memory;
        reader = new Utf8JsonReader(json, Tolerant);
    }

    /// <summary>What a JSON object says.</summary>
    /// <param name="json">Begins with it; moves behind it.</param>
    /// <param name="memory">Of the answer.</param>
    public static AnswerEvent Read(ref ReadOnlySpan<byte> json, OpenAiAnswers memory)
    {
        try
        {
            return ReadObject(ref json, memory);
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            // Some servers do not keep to JSON in ways that can be mended.
        }

        try
        {
            ReadOnlySpan<byte> mended = JsonRepair.Mend(json);
            if (!mended.IsEmpty)
            {
                json = mended;
                return ReadObject(ref json, memory);
            }
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            // It is broken in another way.
        }

        return new AnswerEvent(AnswerEventKind.Unreadable);
    }

    private static AnswerEvent ReadObject(ref ReadOnlySpan<byte> json, OpenAiAnswers memory)
    {
        var answer = new AnswerReader(json, memory);
        answer.reader.Read();
        if (answer.reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("An object was expected.");
        answer.ReadRoot();
        json = json[(int)answer.reader.BytesConsumed..];
        return answer.ToEvent();
    }

    private readonly AnswerEvent ToEvent()
    {
        // An error has no shape of its own with many servers, but never a choice.
        if (failed || choice.Failed || (complains && !chosen && usage is null))
            return new AnswerEvent(AnswerEventKind.Failure) { Error = UpstreamErrors.Classify(json[..(int)reader.BytesConsumed], status: null) };
        if (chosen)
            memory.Choice ??= choice.Index;
        return new AnswerEvent(AnswerEventKind.Piece)
        {
            HasChoice = chosen,
            IsWhole = choice.IsWhole,
            Speaks = choice.Speaks,
            Contents = choice.ToContents(),
            Finish = choice.Finish,
            Usage = usage,
            Timings = timings,
        };
    }

    private void ReadRoot()
    {
        while (reader.NextProperty())
        {
            if (reader.ValueTextEquals("choices"u8))
                ReadChoices();
            else if (reader.ValueTextEquals("usage"u8))
                ReadUsage();
            else if (reader.ValueTextEquals("x_groq"u8))
                ReadGroq();
            else if (reader.ValueTextEquals("timings"u8))
                timings = ReadFigures();
            else if (reader.ValueSpan.EndsWith("eval_count"u8))
                usage = UsageFigures.Merge(usage, UsageReader.ReadFigure(ref reader));
            else
                ReadOther();
        }
    }

    private void ReadOther()
    {
        var (isError, isKind) = (reader.ValueSpan.StartsWith("error"u8), reader.ValueTextEquals("object"u8) || reader.ValueTextEquals("type"u8));
        var isComplaint = reader.ValueTextEquals("message"u8) || reader.ValueTextEquals("detail"u8) || reader.ValueTextEquals("code"u8);
        reader.Read();
        // Its text may quote the prompt, so it is not read.
        failed |= (isError && reader.IsTold()) || (isKind && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("error"u8));
        complains |= isComplaint && reader.IsTold();
        reader.Skip();
    }

    private void ReadChoices()
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            ReadChoice();
            return;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
            return;
        while (reader.NextElement())
        {
            if (reader.TokenType == JsonTokenType.StartObject)
                ReadChoice();
            else
                reader.Skip();
        }
    }

    private void ReadChoice()
    {
        var read = new AnswerChoice();
        while (reader.NextProperty())
        {
            if (reader.ValueTextEquals("delta"u8))
                ReadMessage(ref read, isWhole: false);
            else if (reader.ValueTextEquals("message"u8))
                ReadMessage(ref read, isWhole: true);
            else if (reader.ValueTextEquals("finish_reason"u8))
                read.Finish = NextFinish();
            else if (reader.ValueTextEquals("index"u8))
                read.Index = reader.NextFigure();
            else if (reader.ValueTextEquals("text"u8))
                read.Text = reader.NextText(memory.Text) ?? read.Text;
            else if (reader.ValueTextEquals("usage"u8))
                ReadUsage();
            else if (reader.ValueTextEquals("error"u8))
                read.Failed = reader.NextIsTold();
            else
                reader.SkipValue();
        }

        Choose(read);
    }

    // One choice is asked for; of a server that gives several one is read from beginning to end.
    private void Choose(AnswerChoice read)
    {
        if (memory.Choice is { } ours && read.Index is { } index && index != ours)
            return;
        if (!chosen || (read.Index ?? 0) < (choice.Index ?? 0))
            choice = read;
        chosen = true;
    }

    private void ReadMessage(ref AnswerChoice read, bool isWhole)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject || read.Speaks)
        {
            reader.Skip();
            return;
        }

        read.IsWhole = isWhole;
        while (reader.NextProperty())
        {
            if (reader.ValueTextEquals("content"u8))
                ReadContent(ref read);
            else if (reader.ValueTextEquals("reasoning_content"u8))
                read.Reasoning = reader.NextText(memory.Reasoning);
            else if (reader.ValueTextEquals("reasoning"u8))
                read.PlainReasoning = reader.NextText(memory.Reasoning);
            else if (reader.ValueTextEquals("tool_calls"u8))
                read.Calls = ToolCallReader.ReadAll(ref reader, json, memory.Arguments);
            else if (reader.ValueTextEquals("function_call"u8))
                read.Calls ??= ToolCallReader.ReadLegacy(ref reader, json, memory.Arguments);
            else if (reader.ValueTextEquals("refusal"u8))
                read.Refusal = reader.NextText();
            else if (FieldNamed() is { } field)
                ReadField(ref read, field);
            else
                reader.SkipValue();
        }
    }

    private void ReadContent(ref AnswerChoice read)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            read.Text = JsonText.Read(ref reader, memory.Text);
        else if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
            ContentParts.Read(JsonElement.ParseValue(ref reader), ref read);
        else if (reader.TokenType != JsonTokenType.Null)
            read.Text = Encoding.UTF8.GetString(reader.ValueSpan);
    }

    private void ReadField(ref AnswerChoice read, string name)
    {
        reader.Read();
        if (!reader.IsTold())
            reader.Skip();
        else if (JsonText.Compact(JsonElement.ParseValue(ref reader)) is { } value)
            (read.Fields ??= []).Add(new MessageField(name, value));
    }

    private string? FieldNamed()
    {
        foreach (var (name, text) in Fields)
        {
            if (reader.ValueTextEquals(name))
                return text;
        }

        return null;
    }

    private void ReadUsage() => usage = UsageFigures.Merge(usage, ReadFigures());

    private UsageDetails? ReadFigures()
    {
        reader.Read();
        return UsageReader.Read(ref reader);
    }

    private void ReadGroq()
    {
        if (!reader.Opens(JsonTokenType.StartObject))
            return;
        while (reader.NextProperty())
        {
            if (reader.ValueTextEquals("usage"u8))
                ReadUsage();
            else if (reader.ValueTextEquals("error"u8))
                failed |= reader.NextIsTold();
            else
                reader.SkipValue();
        }
    }

    private ChatFinishReason? NextFinish()
    {
        if (!reader.Opens(JsonTokenType.String))
            return null;
        return reader.ValueTextEquals("stop"u8) ? ChatFinishReason.Stop : FinishReasons.Of(JsonText.Read(ref reader));
    }
}
