using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace CleanLlm.Application.Prompting.Screening.Decoding;

/// <summary>Characters written by their numbers or names: <c>%69</c>, <c>&amp;#105;</c>, <c>\u0069</c>, <c>\x69</c>, <c>U+0069</c>.</summary>
internal static class Escapes
{
    private const int LongestEntity = 10;
    private const int FewestEscapes = 3;

    private static readonly SearchValues<char> Marks = SearchValues.Create("%&\\U");

    private static readonly FrozenDictionary<string, char> Named = new Dictionary<string, char>(StringComparer.Ordinal)
    {
        ["lt"] = '<',
        ["gt"] = '>',
        ["amp"] = '&',
        ["quot"] = '"',
        ["apos"] = '\'',
        ["nbsp"] = ' ',
        ["sol"] = '/',
        ["lsqb"] = '[',
        ["rsqb"] = ']',
        ["vert"] = '|',
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The text with them replaced; null when it has few.</summary>
    public static string? Decode(string text)
    {
        var decoded = default(StringBuilder);
        var bytes = new List<byte>();
        var (from, count) = (0, 0);
        for (var i = 0; Next(text, i) is >= 0 and var at;)
        {
            var (letter, length, isByte) = Read(text.AsSpan(at));
            i = at + Math.Max(1, length);
            if (length == 0)
                continue;
            decoded ??= new StringBuilder(text.Length);
            if (at > from)
                Flush(decoded, bytes).Append(text, from, at - from);
            if (isByte)
                bytes.Add((byte)letter.Value);
            else
                Flush(decoded, bytes).Append(letter.ToString());
            (from, count) = (i, count + 1);
        }

        return count < FewestEscapes ? null : Flush(decoded!, bytes).Append(text, from, text.Length - from).ToString();
    }

    private static int Next(string text, int from) => text.AsSpan(from).IndexOfAny(Marks) is >= 0 and var found ? from + found : -1;

    private static StringBuilder Flush(StringBuilder decoded, List<byte> bytes)
    {
        if (bytes.Count > 0)
            decoded.Append(Encoding.UTF8.GetString([.. bytes]));
        bytes.Clear();
        return decoded;
    }

    private static (Rune Letter, int Length, bool IsByte) Read(ReadOnlySpan<char> text) => text switch
    {
        ['%', _, _, ..] when Number(text.Slice(1, 2), isHex: true) is { } letter => (letter, 3, true),
        ['\\', 'x' or 'X', _, _, ..] when Number(text.Slice(2, 2), isHex: true) is { } letter => (letter, 4, true),
        ['\\', 'u', '{', ..] => Until('}', text, 3, isHex: true),
        ['\\', 'u' or 'U', _, _, _, _, ..] when Number(text.Slice(2, 4), isHex: true) is { } letter => (letter, 6, false),
        ['U', '+', _, _, _, _, ..] when Number(text.Slice(2, 4), isHex: true) is { } letter => (letter, 6 + (text.Length > 6 && text[6] == ' ' ? 1 : 0), false),
        ['&', '#', 'x' or 'X', ..] => Until(';', text, 3, isHex: true),
        ['&', '#', ..] => Until(';', text, 2, isHex: false),
        ['&', ..] => Entity(text),
        _ => default,
    };

    private static (Rune, int, bool) Until(char end, ReadOnlySpan<char> text, int from, bool isHex) =>
        text[from..Math.Min(text.Length, from + LongestEntity)].IndexOf(end) is > 0 and var length && Number(text.Slice(from, length), isHex) is { } letter
            ? (letter, from + length + 1, false)
            : default;

    private static (Rune, int, bool) Entity(ReadOnlySpan<char> text) =>
        text[1..Math.Min(text.Length, LongestEntity)].IndexOf(';') is > 0 and var length && Named.TryGetValue(text.Slice(1, length).ToString(), out var letter)
            ? (new Rune(letter), length + 2, false)
            : default;

    private static Rune? Number(ReadOnlySpan<char> digits, bool isHex) =>
        int.TryParse(digits, isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out var number) && Rune.IsValid(number)
            ? new Rune(number)
            : null;
}
