using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;

namespace CleanLlm.Infrastructure.Ai.Calls;

/// <summary>Reads counts, however servers write them: <c>7</c>, <c>7.0</c>, <c>7e0</c>, <c>"7"</c>.</summary>
internal static class JsonFigure
{
    /// <summary>The count that the reader is at, and moves behind it.</summary>
    /// <returns>A whole number from 0 to the largest that we count with; null for anything else, which counts as missing.</returns>
    public static long? Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.Number or JsonTokenType.String)
            return Parse(reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan);
        reader.Skip();
        return null;
    }

    private static long? Parse(ReadOnlySpan<byte> text)
    {
        text = text.Trim((byte)' ');
        if (Utf8Parser.TryParse(text, out long whole, out var used) && used == text.Length)
            return whole is >= 0 and <= int.MaxValue ? whole : null;
        return Utf8Parser.TryParse(text, out double number, out used) && used == text.Length && number is >= 0 and <= int.MaxValue && double.IsInteger(number)
            ? (long)number
            : null;
    }
}
