using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;

namespace CleanLlm.Application.Prompting.Redaction;

/// <summary>
/// Finds addresses of e-mail around an <c>@</c>: with letters of all scripts, with a quoted local part, with a domain in brackets. What can
/// stand in a local part by RFC 5322 but separates things in practice, such as <c>=</c> and <c>/</c>, ends it here.
/// </summary>
internal static class EmailDetector
{
    private const int LongestQuoted = 66;

    private static readonly SearchValues<char> LocalMarks = SearchValues.Create(".!$%'*+^_~-");
    private static readonly SearchValues<char> Literal = SearchValues.Create("0123456789abcdefABCDEFIPvx.:");

    // What "logo@2x.png" ends in.
    private static readonly FrozenSet<string> Pictures =
        FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "png", "jpg", "jpeg", "gif", "svg", "webp", "ico", "bmp", "avif");

    /// <summary>The address around an <c>@</c>.</summary>
    public static bool TryFind(ReadOnlySpan<char> text, int at, out Sighting found)
    {
        var start = LocalStart(text, at);
        var end = at + 1 < text.Length && text[at + 1] == '[' ? LiteralEnd(text, at + 2) : DomainEnd(text, at + 1);
        found = new Sighting(SensitiveKind.Email, start, end);
        return start < at && end > at && !IsRemote(text, start, at, end);
    }

    private static int LocalStart(ReadOnlySpan<char> text, int at)
    {
        if (at > 0 && text[at - 1] == '"')
            return QuotedStart(text, at);
        var start = at;
        while (start > 0 && (LocalMarks.Contains(text[start - 1]) || IsLetterLike(text[start - 1])) && !IsBreakBetween(text[start - 1], text[at - 1]))
            start--;
        // Quotes, stars and dots in front belong to the text around it.
        while (start < at && !IsLetterLike(text[start]) && text[start] is not ('_' or '+' or '!' or '$' or '~' or '^'))
            start++;
        return start;
    }

    private static int QuotedStart(ReadOnlySpan<char> text, int at)
    {
        var least = Math.Max(0, at - LongestQuoted);
        var quoted = text[least..(at - 1)];
        var quote = quoted.LastIndexOf('"');
        return quote >= 0 && quote < quoted.Length - 1 && !quoted[quote..].ContainsAny('\n', '\r') ? least + quote : at;
    }

    private static int DomainEnd(ReadOnlySpan<char> text, int start)
    {
        var (label, end, labels) = (start, 0, 0);
        for (var i = start; ; i++)
        {
            if (i < text.Length && (IsLetterLike(text[i]) || text[i] == '-') && (i == label || !IsBreakBetween(text[i], text[i - 1])))
                continue;
            var last = i;
            while (last > label && text[last - 1] == '-')
                last--;
            if (last == label || text[label] == '-')
                return end;
            labels++;
            // A top-level domain has two letters at least, and no digits.
            if (labels > 1 && IsTopLevel(text[label..last]))
                end = last;
            if (i >= text.Length || text[i] != '.' || last != i)
                return IsPicture(text[start..Math.Max(start, end)]) ? 0 : end;
            label = i + 1;
        }
    }

    private static int LiteralEnd(ReadOnlySpan<char> text, int start) =>
        text[start..].IndexOfAnyExcept(Literal) is > 6 and var length && text[start + length] == ']' ? start + length + 1 : 0;

    private static bool IsTopLevel(ReadOnlySpan<char> label) =>
        label.StartsWith("xn--", StringComparison.OrdinalIgnoreCase) || (label.Length > 1 && label.IndexOfAnyInRange('0', '9') < 0 && !label.Contains('-'));

    private static bool IsPicture(ReadOnlySpan<char> domain)
    {
        var scale = domain.IndexOf('.') - 1;
        return scale > 0 && domain[scale] == 'x' && domain[..scale].IndexOfAnyExceptInRange('0', '9') < 0 && Pictures.Contains(domain[(scale + 2)..].ToString());
    }

    // git@host:path is the address of a repository, not of a person.
    private static bool IsRemote(ReadOnlySpan<char> text, int start, int at, int end) =>
        text[start..at].Equals("git", StringComparison.Ordinal) && end < text.Length && text[end] is ':' or '/';

    private static bool IsLetterLike(char c) => char.IsAsciiLetterOrDigit(c) || (c > '\u007F' && (char.IsLetterOrDigit(c) || char.IsSurrogate(c) || IsMark(c)));

    private static bool IsMark(char c) =>
        char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    // Text in a script without spaces leans on an address in another one.
    private static bool IsBreakBetween(char one, char other) => Bounds.IsUnspaced(one) != Bounds.IsUnspaced(other) && IsLetterLike(one) && IsLetterLike(other);
}
