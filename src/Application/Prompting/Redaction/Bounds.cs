namespace CleanLlm.Application.Prompting.Redaction;

/// <summary>Where words and numbers begin and end, in scripts with spaces between words and in those without.</summary>
internal static class Bounds
{
    /// <summary>What folding makes of an escaped break, such as <c>\n</c> in JSON inside a text. It ends words, but not quoted values.</summary>
    public const char EscapedBreak = '\u0001';

    /// <summary>Whether the character belongs to a script that puts no spaces between words, so that it bounds a number or an address.</summary>
    public static bool IsUnspaced(char c) => c is (>= '\u0E00' and <= '\u0EFF') or (>= '\u1000' and <= '\u109F') or (>= '\u1780' and <= '\u17FF')
        or (>= '\u2E80' and <= '\u9FFF') or (>= '\uAC00' and <= '\uD7AF') or (>= '\uF900' and <= '\uFAFF');

    /// <summary>Whether the character belongs to a word.</summary>
    public static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_' || (c > '\u007F' && char.IsLetterOrDigit(c) && !IsUnspaced(c));

    /// <summary>Whether a number may begin there: not inside a word, and not as a part of a version, a path or a number with parts.</summary>
    public static bool BeginsAt(ReadOnlySpan<char> text, int start)
    {
        if (start == 0)
            return true;
        if (start == 1)
            return !IsWord(text[0]);
        var before = text[start - 2];
        return text[start - 1] switch
        {
            '.' => !char.IsAsciiDigit(before),
            '-' or '/' or '+' => !IsWord(before),
            var last => !IsWord(last),
        };
    }

    /// <summary>Whether a number may end there.</summary>
    public static bool EndsAt(ReadOnlySpan<char> text, int end)
    {
        if (end >= text.Length)
            return true;
        var after = end + 1 < text.Length ? text[end + 1] : ' ';
        return text[end] switch
        {
            '.' => !char.IsAsciiDigit(after),
            '-' => !IsWord(after),
            var next => !IsWord(next),
        };
    }
}
