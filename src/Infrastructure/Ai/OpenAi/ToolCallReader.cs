using System.Text;
using System.Text.Json;
using CleanLlm.Application.Ai;
using CleanLlm.Infrastructure.Ai.Calls;

namespace CleanLlm.Infrastructure.Ai.OpenAi;

/// <summary>
/// Reads the tool calls of a message, or pieces of them. What is missing stays missing: which call a piece belongs to, and which id it has, is
/// decided where calls are put together. A piece without an index has its place in the list.
/// </summary>
internal ref struct ToolCallReader
{
    private string? id;
    private string? name;
    private string? arguments;
    private long? index;
    private JsonElement? extraContent;

    /// <summary>The calls of the value that follows; null when there are none.</summary>
    /// <param name="reader">Before the value.</param>
    /// <param name="json">What it reads.</param>
    /// <param name="split">Of the arguments.</param>
    public static List<ToolCallFragment>? ReadAll(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, SplitCharacter split)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartObject)
            return [ReadOne(ref reader, json, split, place: 0)];
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return null;
        }

        List<ToolCallFragment>? calls = null;
        while (reader.NextElement())
        {
            if (reader.TokenType == JsonTokenType.StartObject)
                (calls ??= []).Add(ReadOne(ref reader, json, split, calls.Count));
            else
                reader.Skip();
        }

        return calls;
    }

    /// <summary>The one call that OpenAI's messages had before there were lists of them.</summary>
    public static List<ToolCallFragment>? ReadLegacy(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, SplitCharacter split)
    {
        return reader.Opens(JsonTokenType.StartObject) ? [ReadOne(ref reader, json, split, place: 0)] : null;
    }

    private static ToolCallFragment ReadOne(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, SplitCharacter split, int place)
    {
        var call = new ToolCallReader();
        call.ReadFields(ref reader, json, split);
        return new ToolCallFragment
        {
            Index = (int)(call.index ?? place),
            Id = call.id,
            Name = call.name,
            Arguments = call.arguments,
            ExtraContent = call.extraContent,
        };
    }

    private void ReadFields(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, SplitCharacter split)
    {
        while (reader.NextProperty())
        {
            if (reader.ValueTextEquals("index"u8))
                index = reader.NextFigure();
            else if (reader.ValueTextEquals("id"u8))
                id = NextText(ref reader, json, split: null);
            else if (reader.ValueTextEquals("name"u8))
                name = reader.NextText();
            else if (reader.ValueTextEquals("arguments"u8))
                arguments = NextText(ref reader, json, split);
            else if (reader.ValueTextEquals("extra_content"u8))
                ReadExtraContent(ref reader);
            else if (reader.ValueTextEquals("function"u8))
                ReadFunction(ref reader, json, split);
            else
                reader.SkipValue();
        }
    }

    private void ReadFunction(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, SplitCharacter split)
    {
        if (reader.Opens(JsonTokenType.StartObject))
            ReadFields(ref reader, json, split);
    }

    private void ReadExtraContent(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.IsTold())
            extraContent = JsonText.Compact(JsonElement.ParseValue(ref reader));
        else
            reader.Skip();
    }

    /// <summary>A text as it is, anything else as its JSON; null for null.</summary>
    private static string? NextText(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, SplitCharacter? split)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return JsonText.Read(ref reader, split);
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return Encoding.UTF8.GetString(json[start..(int)reader.BytesConsumed]);
    }
}
