using System.Globalization;
using System.Runtime.InteropServices;

namespace CleanLlm.Application.Prompting.Screening.Decoding;

/// <summary>Texts written as a list of numbers: pairs of hexadecimal digits, octets of bits, or decimal codes.</summary>
internal static class CharacterCodes
{
    private const int FewestCodes = 8;
    private const int LongestCode = 8;
    private const int MostBetween = 4;

    /// <summary>The texts in them.</summary>
    public static IEnumerable<string> Decode(string text)
    {
        var codes = new List<string>();
        for (var i = SkipSeparators(text, 0); i < text.Length;)
        {
            var end = i;
            while (end < text.Length && char.IsAsciiHexDigit(text[end]))
                end++;
            var isCode = end - i is >= 2 and <= LongestCode && (end == text.Length || !char.IsLetterOrDigit(text[end]));
            if (isCode)
                codes.Add(text[i..end]);
            var next = SkipSeparators(text, end);
            if (!isCode || next - end > MostBetween || next == text.Length)
            {
                // Most words are no codes: nothing is made for them.
                if (codes.Count >= FewestCodes)
                {
                    foreach (var found in Read(codes))
                        yield return found;
                }

                codes.Clear();
            }

            i = isCode ? next : SkipWord(text, Math.Max(end, i + 1));
        }
    }

    // Also over 0x and \x.
    private static int SkipSeparators(string text, int from)
    {
        while (from < text.Length && !char.IsLetterOrDigit(text[from]))
            from++;
        return from + 1 < text.Length && text[from] == '0' && text[from + 1] is 'x' or 'X' ? from + 2 : from;
    }

    private static int SkipWord(string text, int from)
    {
        while (from < text.Length && char.IsLetterOrDigit(text[from]))
            from++;
        return SkipSeparators(text, from);
    }

    private static IEnumerable<string> Read(List<string> codes)
    {
        foreach (var (length, style) in ((int, NumberStyles)[])[(2, NumberStyles.AllowHexSpecifier), (LongestCode, NumberStyles.AllowBinarySpecifier), (0, NumberStyles.None)])
        {
            if (ReadAs(codes, length, style) is { } text)
                yield return text;
        }
    }

    private static string? ReadAs(List<string> codes, int length, NumberStyles style)
    {
        var bytes = new List<byte>(codes.Count);
        foreach (var code in codes)
        {
            if ((length > 0 && code.Length != length) || !byte.TryParse(code, style, CultureInfo.InvariantCulture, out var value))
                return null;
            bytes.Add(value);
        }

        return Blobs.Text(CollectionsMarshal.AsSpan(bytes));
    }
}
