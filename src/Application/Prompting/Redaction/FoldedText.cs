using System.Buffers;
using System.Globalization;

namespace CleanLlm.Application.Prompting.Redaction;

/// <summary>
/// A text in the form that scanners compare: digits of all scripts as ASCII, spaces and dashes of all kinds as one, full-width forms as plain
/// ones, without invisible characters, and with the escapes undone that hide an <c>@</c> or a break. Each character knows its place in the
/// text. A text without any of these is read as it is.
/// </summary>
internal readonly ref struct FoldedText : IDisposable
{
    private const char Removed = '\uFFFF';
    private const int FullWidth = 0xFEE0;

    // Of JSON in JSON in JSON.
    private const int MostBackslashes = 7;

    private static readonly char[] Forms = [.. Enumerable.Range(0, char.MaxValue + 1).Select(c => FormOf((char)c))];

    private static readonly SearchValues<char> Folding = SearchValues.Create(
        [.. Enumerable.Range(0, char.MaxValue + 1).Select(c => (char)c).Where(c => Forms[c] != c || char.IsHighSurrogate(c)), '\\', '%', '&']);

    private static readonly string[] EncodedAts = ["%40", "&#64;", "&#x40;", "&commat;"];

    private readonly char[]? characters;
    private readonly int[]? places;

    private readonly string source;

    private FoldedText(string text, int first)
    {
        source = text;
        characters = ArrayPool<char>.Shared.Rent(text.Length);
        places = ArrayPool<int>.Shared.Rent(text.Length + 1);
        var length = Fold(text, first, characters, places);
        Text = characters.AsSpan(0, length);
    }

    private FoldedText(string text) => Text = source = text;

    /// <summary>The folded text.</summary>
    public ReadOnlySpan<char> Text { get; }

    /// <summary>Folds a text.</summary>
    public static FoldedText Of(string text) => text.AsSpan().IndexOfAny(Folding) is >= 0 and var first ? new FoldedText(text, first) : new FoldedText(text);

    /// <summary>What was written where <see cref="Text"/> has these characters.</summary>
    public Range Written(int start, int end)
    {
        if (places is null)
            return start..end;
        // What is invisible behind the last of them belongs to the text around it.
        var last = places[end];
        while (last > places[end - 1] + 1 && Forms[source[last - 1]] == Removed)
            last--;
        return places[start]..last;
    }

    /// <summary>Gives back what it borrowed.</summary>
    public void Dispose()
    {
        if (characters is null || places is null)
            return;
        // The array held text of a user, and its next borrower may work for another one.
        ArrayPool<char>.Shared.Return(characters, clearArray: true);
        ArrayPool<int>.Shared.Return(places);
    }

    private static int Fold(string text, int first, char[] characters, int[] places)
    {
        var length = 0;
        for (int i = 0, taken; i < text.Length; i += taken)
        {
            var c = text[i];
            taken = 1;
            if (i >= first)
                c = c is '\\' ? Unescaped(text, i, out taken) : c is '%' or '&' ? Decoded(text, i, out taken) : Plain(text, i, out taken);
            if (c == Removed)
                continue;
            characters[length] = c;
            places[length++] = i;
        }

        places[length] = text.Length;
        return length;
    }

    private static char Plain(string text, int at, out int taken)
    {
        taken = 1;
        if (!char.IsHighSurrogate(text[at]))
            return Forms[text[at]];
        if (CharUnicodeInfo.GetDecimalDigitValue(text, at) is not (>= 0 and var digit))
            return text[at];
        taken = 2;
        return (char)('0' + digit);
    }

    // JSON inside a text, once or several times: what stands behind the last of the backslashes counts.
    private static char Unescaped(string text, int at, out int taken)
    {
        var end = at;
        while (end < text.Length && end - at < MostBackslashes && text[end] == '\\')
            end++;
        taken = end - at + 1;
        switch (end < text.Length ? text[end] : '\0')
        {
            case 'n' or 'r' or 't' or 'b' or 'f':
                return Bounds.EscapedBreak;
            case ('"' or '/') and var quoted:
                return quoted;
            case 'u' when end + 4 < text.Length && ushort.TryParse(text.AsSpan(end + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code):
                taken += 4;
                return Forms[code];
            default:
                taken = 1;
                return '\\';
        }
    }

    private static char Decoded(string text, int at, out int taken)
    {
        foreach (var encoded in EncodedAts)
        {
            if (text.AsSpan(at).StartsWith(encoded, StringComparison.OrdinalIgnoreCase))
            {
                taken = encoded.Length;
                return '@';
            }
        }

        taken = 1;
        return text[at];
    }

    private static char FormOf(char c) => c switch
    {
        '\u200C' or '\u200D' or '\u034F' or '\u20E3' or (>= '\uFE00' and <= '\uFE0F') => Removed,
        _ when TextSanitizer.IsRemoved(c) => Removed,
        < '\u0080' => c,
        >= '\uFF01' and <= '\uFF5E' => (char)(c - FullWidth),
        '\uFE6B' => '@',
        '\u2212' => '-',
        '\u2024' => '.',
        _ when CharUnicodeInfo.GetDecimalDigitValue(c) is >= 0 and var digit => (char)('0' + digit),
        _ => CharUnicodeInfo.GetUnicodeCategory(c) switch
        {
            UnicodeCategory.SpaceSeparator => ' ',
            UnicodeCategory.DashPunctuation => '-',
            _ => c,
        },
    };
}
