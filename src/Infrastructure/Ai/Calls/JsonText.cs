using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace CleanLlm.Infrastructure.Ai.Calls;

/// <summary>
/// Reads the strings of JSON where the library's own reading throws: half of an escaped surrogate pair stays as it is, as the other half
/// may come in the next piece, and bytes that are no UTF-8 become U+FFFD.
/// </summary>
internal static class JsonText
{
    private const int StackChars = 256;

    /// <summary>The string that the reader is at. Costs nothing but its text.</summary>
    /// <param name="reader">At a string.</param>
    /// <param name="split">Joins characters of UTF-8 that were split over two strings; null for strings that stand alone.</param>
    public static string Read(ref Utf8JsonReader reader, SplitCharacter? split = null)
    {
        ReadOnlySpan<byte> raw = reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan;
        if (split is not null)
            raw = split.Join(raw);
        return reader.ValueIsEscaped ? Unescape(raw) : Encoding.UTF8.GetString(raw);
    }

    /// <summary>The text of a string; null for any other value.</summary>
    public static string? Of(JsonElement value)
    {
        return value.ValueKind == JsonValueKind.String ? Unescape(JsonMarshal.GetRawUtf8Value(value)[1..^1]) : null;
    }

    /// <summary>
    /// The value without white space, so that it fits the line of an event; null when it holds half of a surrogate pair, which no writer takes.
    /// </summary>
    public static JsonElement? Compact(JsonElement value)
    {
        try
        {
            return JsonSerializer.SerializeToElement(value);
        }
        catch (Exception unwritable) when (unwritable is InvalidOperationException or ArgumentException or JsonException)
        {
            return null;
        }
    }

    private static string Unescape(ReadOnlySpan<byte> raw)
    {
        // No character takes more UTF-16 units than its UTF-8, or its escape, has bytes.
        var rented = raw.Length > StackChars ? ArrayPool<char>.Shared.Rent(raw.Length) : null;
        Span<char> chars = rented ?? stackalloc char[StackChars];
        var length = 0;
        while (raw.IndexOf((byte)'\\') is >= 0 and var at && at + 1 < raw.Length)
        {
            length += Encoding.UTF8.GetChars(raw[..at], chars[length..]);
            (chars[length++], var used) = Escaped(raw[(at + 1)..]);
            raw = raw[(at + 1 + used)..];
        }

        length += Encoding.UTF8.GetChars(raw, chars[length..]);
        var text = new string(chars[..length]);
        if (rented is not null)
            ArrayPool<char>.Shared.Return(rented, clearArray: true);
        return text;
    }

    /// <param name="escape">What follows the backslash, which the reader has seen to be valid.</param>
    private static (char Letter, int Bytes) Escaped(ReadOnlySpan<byte> escape) => (char)escape[0] switch
    {
        'u' when escape.Length > 4 && Utf8Parser.TryParse(escape[1..5], out ushort unit, out _, 'x') => ((char)unit, 5),
        'b' => ('\b', 1),
        'f' => ('\f', 1),
        'n' => ('\n', 1),
        'r' => ('\r', 1),
        't' => ('\t', 1),
        var letter => (letter, 1),
    };
}
