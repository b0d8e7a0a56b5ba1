using System.Buffers;

namespace CleanLlm.Application.Prompting.Redaction;

/// <summary>
/// Finds private keys as they are stored: PEM and OpenSSH between their lines, PuTTY, and age. Of a key that is cut off, all that is there of its
/// body counts.
/// </summary>
internal static class PrivateKeys
{
    private const string Putty = "PuTTY-User-Key-File-";
    private const string PuttyEnd = "Private-MAC:";
    private const string Age = "AGE-SECRET-KEY-1";
    private const int Dashes = 5;
    private const string Begin = "BEGIN ";
    private const string End = "END ";
    private const int LongestLabel = 64;
    private const int LongestBody = 64 * 1024;

    private static readonly SearchValues<char> Body =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=:,- \t\r\n\\" + Bounds.EscapedBreak);

    /// <summary>How they begin.</summary>
    public static IEnumerable<string> Prefixes => ["-----BEGIN ", "---- BEGIN ", Putty, Age];

    /// <summary>The end of the key that begins at a place; 0 for none.</summary>
    public static int EndAt(ReadOnlySpan<char> text, int start)
    {
        var rest = text[start..];
        if (rest.StartsWith(Age, StringComparison.Ordinal))
            return start + Run(rest, Age.Length, char.IsAsciiLetterOrDigit) is var age && age - start >= Age.Length + 40 ? age : 0;
        if (rest.StartsWith(Putty, StringComparison.Ordinal))
            return start + PuttyLength(rest);
        return rest.StartsWith("----", StringComparison.Ordinal) && PemLength(rest) is > 0 and var length ? start + length : 0;
    }

    private static int PemLength(ReadOnlySpan<char> text)
    {
        var head = text[..Math.Min(text.Length, LongestLabel)];
        var label = head.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        if (label != Dashes + Begin.Length || head[label..].IndexOf("----", StringComparison.Ordinal) is not (>= 0 and var length)
            || !head.Slice(label, length).Contains("PRIVATE KEY", StringComparison.Ordinal))
            return 0;
        var from = label + length;
        // Another key may begin before this one's end where its end is missing.
        var body = text[from..Math.Min(text.Length, from + LongestBody)];
        var open = body[4..].IndexOf(Begin, StringComparison.Ordinal) is >= 0 and var other ? body[..(other + 4)].TrimEnd('-') : body;
        if (open.IndexOf(End, StringComparison.Ordinal) is >= 0 and var end)
            return from + end + TailLength(open[end..]);
        return from + (open.IndexOfAnyExcept(Body) is >= 0 and var cut ? cut : open.Length);
    }

    // To the dashes behind the label.
    private static int TailLength(ReadOnlySpan<char> text)
    {
        var label = text[..Math.Min(text.Length, LongestLabel)];
        return label.IndexOf('-') is >= 0 and var dashes ? Run(text, dashes, c => c == '-') : End.Length;
    }

    private static int PuttyLength(ReadOnlySpan<char> text)
    {
        var body = text[..Math.Min(text.Length, LongestBody)];
        if (body.IndexOf(PuttyEnd, StringComparison.Ordinal) is not (>= 0 and var mac))
            return body.Length;
        var end = mac + PuttyEnd.Length;
        return Run(text, Run(text, end, c => c == ' '), char.IsAsciiHexDigit);
    }

    private static int Run(ReadOnlySpan<char> text, int start, Func<char, bool> isPart)
    {
        while (start < text.Length && isPart(text[start]))
            start++;
        return start;
    }
}
