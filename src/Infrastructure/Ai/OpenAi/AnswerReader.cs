using System.Text.Json;
using CleanLlm.Application.Ai;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.OpenAi;

/// <summary>
/// Reads an answer in one document, or one event of a stream, in one pass over the provider's bytes: a token of a stream costs its
/// text and the update that carries it. What is not understood is skipped; our one choice is the first.
/// </summary>
internal ref struct AnswerReader
{
    private Utf8JsonReader reader;
    private bool chosen;
    private bool failed;
    private string? text;
    private string? refusal;
    private List<ToolCallFragment>? calls;
    private ChatFinishReason? finish;
    private UsageDetails? usage;

    private AnswerReader(ReadOnlySpan<byte> json) => reader = new Utf8JsonReader(json);

    /// <summary>What the event adds; null when it adds nothing that callers can see.</summary>
    /// <exception cref="JsonException">It is not the JSON of an event.</exception>
    /// <exception cref="ProviderException">It reports a failure.</exception>
    public static ChatResponseUpdate? ReadEvent(ReadOnlySpan<byte> json)
    {
        var answer = new AnswerReader(json);
        answer.Read();
        return answer.failed
            ? throw new ProviderException(ProviderFailure.CutOff, "The provider reported a failure inside its stream.")
            : answer.ToUpdate();
    }

    /// <summary>The whole answer.</summary>
    /// <exception cref="JsonException">It is not the JSON of an answer.</exception>
    /// <exception cref="ProviderException">It holds none.</exception>
    public static ChatResponse ReadDocument(ReadOnlySpan<byte> json, string? model)
    {
        var answer = new AnswerReader(json);
        answer.Read();
        if (!answer.chosen)
            throw new ProviderException(ProviderFailure.BadAnswer, "The provider's answer holds no choice.");

        List<AIContent> contents = [new TextContent(string.IsNullOrEmpty(answer.text) ? answer.refusal : answer.text)];
        if (answer.calls is { } calls)
            contents.AddRange(calls);
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, contents))
        {
            ModelId = model,
            FinishReason = answer.finish,
            Usage = answer.usage,
        };
    }

    private readonly ChatResponseUpdate? ToUpdate()
    {
        var piece = string.IsNullOrEmpty(text) ? refusal : text;
        if (string.IsNullOrEmpty(piece) && calls is null && finish is null && usage is null)
            return null;
        var contents = new List<AIContent>(1);
        if (!string.IsNullOrEmpty(piece))
            contents.Add(new TextContent(piece));
        if (calls is not null)
            contents.AddRange(calls);
        if (usage is not null)
            contents.Add(new UsageContent(usage));
        return new ChatResponseUpdate(ChatRole.Assistant, contents) { FinishReason = finish };
    }

    private void Read()
    {
        try
        {
            if (Opens())
                ReadRoot();
            // Anything behind the document is an error that this read finds.
            reader.Read();
        }
        catch (Exception thrown) when (thrown is InvalidOperationException or FormatException)
        {
            // A value of another type than expected, or half of a surrogate pair.
            throw new JsonException("An unexpected value.", thrown);
        }
    }

    private void ReadRoot()
    {
        while (NextProperty())
        {
            if (reader.ValueTextEquals("choices"u8))
                ReadChoices();
            else if (reader.ValueTextEquals("usage"u8))
                ReadUsage();
            else if (reader.ValueTextEquals("error"u8))
                ReadError();
            else
                reader.Skip();
        }
    }

    private void ReadChoices()
    {
        while (NextElement())
        {
            if (chosen)
            {
                reader.Skip();
                continue;
            }

            chosen = true;
            while (NextProperty())
            {
                if (reader.ValueTextEquals("delta"u8) || reader.ValueTextEquals("message"u8))
                    ReadMessage();
                else if (reader.ValueTextEquals("finish_reason"u8))
                    finish = Finish(NextText());
                else
                    reader.Skip();
            }
        }
    }

    private void ReadMessage()
    {
        if (!Opens())
            return;
        while (NextProperty())
        {
            if (reader.ValueTextEquals("content"u8))
                text = NextText();
            else if (reader.ValueTextEquals("refusal"u8))
                refusal = NextText();
            else if (reader.ValueTextEquals("tool_calls"u8))
                ReadCalls();
            else
                reader.Skip();
        }
    }

    private void ReadCalls()
    {
        while (NextElement())
        {
            calls ??= [];
            calls.Add(ReadCall(calls.Count));
        }
    }

    private ToolCallFragment ReadCall(int index)
    {
        string? id = null, name = null, arguments = null;
        while (NextProperty())
        {
            if (reader.ValueTextEquals("index"u8))
                index = (int?)NextNumber() ?? index;
            else if (reader.ValueTextEquals("id"u8))
                id = NextText();
            else if (reader.ValueTextEquals("function"u8) && Opens())
                ReadFunction(ref name, ref arguments);
            else
                reader.Skip();
        }

        return new ToolCallFragment { Index = index, Id = id, Name = name, Arguments = arguments };
    }

    private void ReadFunction(ref string? name, ref string? arguments)
    {
        while (NextProperty())
        {
            if (reader.ValueTextEquals("name"u8))
                name = NextText();
            else if (reader.ValueTextEquals("arguments"u8))
                arguments = NextText();
            else
                reader.Skip();
        }
    }

    private void ReadUsage()
    {
        if (!Opens())
            return;
        usage = new UsageDetails();
        while (NextProperty())
        {
            if (reader.ValueTextEquals("prompt_tokens"u8))
                usage.InputTokenCount = NextNumber();
            else if (reader.ValueTextEquals("completion_tokens"u8))
                usage.OutputTokenCount = NextNumber();
            else if (reader.ValueTextEquals("total_tokens"u8))
                usage.TotalTokenCount = NextNumber();
            else if (reader.ValueTextEquals("prompt_tokens_details"u8))
                usage.CachedInputTokenCount = NextDetail("cached_tokens"u8);
            else if (reader.ValueTextEquals("completion_tokens_details"u8))
                usage.ReasoningTokenCount = NextDetail("reasoning_tokens"u8);
            else
                reader.Skip();
        }

        usage.TotalTokenCount ??= usage.InputTokenCount + usage.OutputTokenCount;
    }

    private long? NextDetail(ReadOnlySpan<byte> wanted)
    {
        long? count = null;
        if (!Opens())
            return count;
        while (NextProperty())
        {
            if (reader.ValueTextEquals(wanted))
                count = NextNumber();
            else
                reader.Skip();
        }

        return count;
    }

    private void ReadError()
    {
        reader.Read();
        // Its text may quote the prompt, so it is not read.
        failed |= reader.TokenType != JsonTokenType.Null;
        reader.Skip();
    }

    private string? NextText()
    {
        reader.Read();
        return reader.GetString();
    }

    private long? NextNumber()
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.Null ? null : reader.GetInt64();
    }

    /// <returns>True inside the object that follows; false when it is null.</returns>
    private bool Opens()
    {
        reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.StartObject => true,
            JsonTokenType.Null => false,
            _ => throw new JsonException("An object was expected."),
        };
    }

    private bool NextProperty() => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    /// <returns>True inside the next object of the list that follows or is being read; false at its end, or when it is null.</returns>
    private bool NextElement()
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartArray)
            reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.StartObject => true,
            JsonTokenType.EndArray or JsonTokenType.Null => false,
            _ => throw new JsonException("A list of objects was expected."),
        };
    }

    private static ChatFinishReason? Finish(string? reason) => reason switch
    {
        null or "" => null,
        "stop" => ChatFinishReason.Stop,
        "length" => ChatFinishReason.Length,
        "content_filter" => ChatFinishReason.ContentFilter,
        "tool_calls" or "function_call" => ChatFinishReason.ToolCalls,
        _ => new ChatFinishReason(reason),
    };
}
