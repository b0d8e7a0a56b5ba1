using System.Text.Json;

namespace CleanLlm.Infrastructure.Ai.Calls;

/// <summary>Steps of a reader over JSON whose values need not be of the types that are expected: another one is skipped.</summary>
internal static class JsonReading
{
    /// <summary>Goes on to the next property of an object; false at its end.</summary>
    public static bool NextProperty(this ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    /// <summary>Goes on to the next value of a list; false at its end.</summary>
    public static bool NextElement(this ref Utf8JsonReader reader) => reader.Read() && reader.TokenType != JsonTokenType.EndArray;

    /// <summary>Goes into the value that follows when it opens as expected; else behind it.</summary>
    public static bool Opens(this ref Utf8JsonReader reader, JsonTokenType start)
    {
        reader.Read();
        if (reader.TokenType == start)
            return true;
        reader.Skip();
        return false;
    }

    /// <summary>Goes behind the value that follows.</summary>
    public static void SkipValue(this ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }

    /// <summary>The text that follows; null for any other value.</summary>
    public static string? NextText(this ref Utf8JsonReader reader, SplitCharacter? split = null) =>
        reader.Opens(JsonTokenType.String) ? JsonText.Read(ref reader, split) : null;

    /// <summary>The count that follows; null for anything else.</summary>
    public static long? NextFigure(this ref Utf8JsonReader reader)
    {
        reader.Read();
        return JsonFigure.Read(ref reader);
    }

    /// <summary>Whether the value that follows says anything. Goes behind it.</summary>
    public static bool NextIsTold(this ref Utf8JsonReader reader)
    {
        reader.Read();
        var isTold = reader.IsTold();
        reader.Skip();
        return isTold;
    }

    /// <summary>Whether the value says anything: null, false, 0 and what is empty do not.</summary>
    public static bool IsTold(this ref Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            var inside = reader;
            return inside.Read() && inside.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray);
        }

        return reader.TokenType is not (JsonTokenType.Null or JsonTokenType.False)
            && !reader.ValueSpan.IsEmpty && !reader.ValueSpan.SequenceEqual("0"u8);
    }
}
