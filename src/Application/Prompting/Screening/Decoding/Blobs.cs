using System.Buffers;
using System.Text;

namespace CleanLlm.Application.Prompting.Screening.Decoding;

/// <summary>Runs of base64 (RFC 4648, both alphabets) and of hexadecimal digits that hold text.</summary>
internal static class Blobs
{
    private const int Shortest = 16;
    private const int LongestLineBreak = 2;
    private const double LeastReadable = 0.9;

    private static readonly SearchValues<char> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=");
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>The texts in them.</summary>
    public static IEnumerable<string> Decode(string text)
    {
        for (var i = 0; i < text.Length;)
        {
            var length = Run(text, i);
            if (length < Shortest)
            {
                i += length + 1;
                continue;
            }

            var (blob, end) = Lines(text, i, length);
            i = end + 1;
            if (Read(blob) is { } found)
                yield return found;
        }
    }

    /// <summary>The text that bytes are; null when they are none.</summary>
    public static string? Text(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        var readable = text.Count(c => (c >= ' ' && c != '\uFFFD') || c is '\n' or '\r' or '\t');
        return readable >= text.Length * LeastReadable && text.Any(char.IsLetter) ? text : null;
    }

    private static int Run(string text, int from)
    {
        var length = text.AsSpan(from).IndexOfAnyExcept(Alphabet);
        return length < 0 ? text.Length - from : length;
    }

    // What mail and terminals break into lines is one run.
    private static (string Blob, int End) Lines(string text, int from, int length)
    {
        var end = from + length;
        var lines = default(StringBuilder);
        while (end < text.Length && LineBreak(text, end) is > 0 and var gap && Run(text, end + gap) is > 0 and var next && length >= Shortest)
        {
            lines ??= new StringBuilder(text, from, end - from, capacity: 0);
            lines.Append(text, end + gap, next);
            (end, length) = (end + gap + next, next);
        }

        return (lines?.ToString() ?? text.Substring(from, end - from), end);
    }

    private static int LineBreak(string text, int at)
    {
        var length = 0;
        while (length < LongestLineBreak && at + length < text.Length && text[at + length] is '\r' or '\n')
            length++;
        return length;
    }

    private static string? Read(string run)
    {
        if (run.Length % 2 == 0 && run.AsSpan().IndexOfAnyExcept(HexDigits) < 0 && Text(Convert.FromHexString(run)) is { } fromHex)
            return fromHex;
        var digits = run.TrimEnd('=').TrimStart('=', '-', '_').Replace('-', '+').Replace('_', '/');
        var bytes = new byte[digits.Length];
        var padded = digits[..^(digits.Length % 4 == 1 ? 1 : 0)];
        padded = padded.PadRight((padded.Length + 3) / 4 * 4, '=');
        return Convert.TryFromBase64String(padded, bytes, out var count) && count > 0 ? Text(bytes.AsSpan(0, count)) : null;
    }
}
