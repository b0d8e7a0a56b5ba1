using System.Buffers;

namespace CleanLlm.Application.Answers.Links;

/// <summary>What stands where a tag of HTML may begin.</summary>
internal enum HtmlReading
{
    /// <summary>Something else.</summary>
    None,

    /// <summary>What may become one when the text goes on.</summary>
    Partial,

    /// <summary>A tag.</summary>
    Whole,
}

/// <summary>Reads tags of HTML and the addresses in their attributes.</summary>
internal static class HtmlTag
{
    private const string Reference = "href";

    // Attributes whose values are fetched or followed, and two that may hold such.
    private static readonly string[] Names =
        ["src", "srcset", Reference, "data", "poster", "background", "style", "content", "action", "formaction", "ping", "lowsrc", "dynsrc", "imagesrcset"];

    private static readonly SearchValues<char> Separators = SearchValues.Create(" \t\r\n,\"'()=");

    private static readonly SearchValues<char> BeforeNames = SearchValues.Create(" \t\r\n/\"'\\:");

    /// <summary>Reads the tag that begins at a place.</summary>
    /// <param name="text">The text.</param>
    /// <param name="at">Where its bracket stands.</param>
    /// <param name="isEnd">Whether nothing follows the text.</param>
    /// <param name="nameEnd">Behind its name.</param>
    /// <param name="end">Behind its last bracket, or where the text ends before.</param>
    public static HtmlReading Read(ReadOnlySpan<char> text, int at, bool isEnd, out int nameEnd, out int end)
    {
        nameEnd = at + 1;
        while (nameEnd < text.Length && (char.IsAsciiLetterOrDigit(text[nameEnd]) || (text[nameEnd] == '-' && nameEnd > at + 1)))
            nameEnd++;
        end = nameEnd;
        if (nameEnd == text.Length)
            return isEnd ? HtmlReading.None : HtmlReading.Partial;
        if (nameEnd == at + 1 || !char.IsAsciiLetter(text[at + 1]) || !(char.IsWhiteSpace(text[nameEnd]) || text[nameEnd] is '/' or '>' or '\\'))
            return HtmlReading.None;

        for (var quote = '\0'; end < text.Length; end++)
        {
            var c = text[end];
            if (quote != '\0')
            {
                quote = c == quote ? '\0' : quote;
            }
            else if (c == '>')
            {
                end++;
                return HtmlReading.Whole;
            }
            else if (c is '"' or '\'' && text[..end].TrimEnd(" \t\r\n\\") is [.., '='])
            {
                quote = c;
            }
        }

        return isEnd ? HtmlReading.Whole : HtmlReading.Partial;
    }

    /// <summary>The addresses in the attributes of a tag: where each begins and ends, and whether the attribute is a reference, which an anchor follows by a click.</summary>
    /// <param name="tag">A text that ends with the tag.</param>
    /// <param name="at">Behind the name of the tag.</param>
    public static List<(int Start, int End, bool IsReference)> Addresses(ReadOnlySpan<char> tag, int at)
    {
        var found = new List<(int, int, bool)>();
        while (tag[at..].IndexOf('=') is >= 0 and var next)
        {
            var equals = at + next;
            var name = tag[at..equals].TrimEnd();
            name = name[(name.LastIndexOfAny(BeforeNames) + 1)..];
            var (start, end) = Value(tag, equals + 1);
            if (IsAddress(name))
                Split(tag, start, end, name.Equals(Reference, StringComparison.OrdinalIgnoreCase), found);
            at = end;
        }

        return found;
    }

    private static bool IsAddress(ReadOnlySpan<char> name)
    {
        foreach (var known in Names)
        {
            if (name.Equals(known, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    private static (int Start, int End) Value(ReadOnlySpan<char> tag, int at)
    {
        while (at < tag.Length && (char.IsWhiteSpace(tag[at]) || tag[at] == '\\'))
            at++;
        if (at == tag.Length)
            return (at, at);
        if (tag[at] is '"' or '\'')
            return (at + 1, tag[(at + 1)..].IndexOf(tag[at]) is >= 0 and var length ? at + 1 + length : tag.Length);
        var end = at;
        while (end < tag.Length && !char.IsWhiteSpace(tag[end]) && tag[end] != '>')
            end++;
        return (at, end);
    }

    // Several of them, as in srcset, or one inside of a style.
    private static void Split(ReadOnlySpan<char> tag, int start, int end, bool isReference, List<(int Start, int End, bool IsReference)> found)
    {
        while (start < end)
        {
            var length = tag[start..end].IndexOfAny(Separators) is >= 0 and var separator ? separator : end - start;
            if (length > 0 && tag[start + length - 1] == '\\')
                length--;
            if (length > 0)
                found.Add((start, start + length, isReference));
            start += length + 1;
        }
    }
}
