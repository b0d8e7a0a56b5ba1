using System.Text;

namespace CleanLlm.Application.Prompting.Optimizing;

/// <summary>
/// Removes whitespace that says nothing: spaces at the end of lines, all but one of several between words, all but one of several empty lines.
/// Lines in code fences stay as they are (CommonMark 0.31, 4.5), and so do others that may be code or columns: those that begin with white space, hold
/// quotation marks or backticks, or have more than one gap that no sign before it explains.
/// </summary>
internal static class Whitespace
{
    private const int LeastFence = 3;

    /// <summary>The text without it; the same where nothing is to be removed.</summary>
    public static string Remove(string text)
    {
        if (!HasSuspects(text))
            return text;
        var kept = new StringBuilder(text.Length);
        var (fence, empty) = (default(Fence), 0);
        for (var at = 0; at < text.Length;)
        {
            var end = text.IndexOf('\n', at) is >= 0 and var found ? found + 1 : text.Length;
            var line = text.AsSpan(at, end - at);
            at = end;
            var content = line.TrimEnd();
            var wasOpen = fence.IsOpen;
            fence = fence.After(content);
            if (wasOpen || fence.IsOpen)
            {
                (empty, _) = (0, kept.Append(line));
                continue;
            }

            empty = content.IsEmpty ? empty + 1 : 0;
            if (empty <= 1)
                AppendLine(kept, content, LineBreakOf(line));
        }

        return kept.Length == text.Length ? text : kept.ToString();
    }

    // Most texts have none of these, and are not copied.
    private static bool HasSuspects(ReadOnlySpan<char> text) =>
        text.Contains("  ", StringComparison.Ordinal) || text.Contains('\t') || text.Contains(" \n", StringComparison.Ordinal) || text.Contains(" \r", StringComparison.Ordinal)
        || text.Contains("\n\n\n", StringComparison.Ordinal) || text.Contains("\n\r\n\r\n", StringComparison.Ordinal) || (!text.IsEmpty && text[^1] == ' ');

    private static ReadOnlySpan<char> LineBreakOf(ReadOnlySpan<char> line) =>
        line.EndsWith("\r\n", StringComparison.Ordinal) ? "\r\n" : line.EndsWith('\n') ? "\n" : "";

    private static void AppendLine(StringBuilder kept, ReadOnlySpan<char> content, ReadOnlySpan<char> lineBreak)
    {
        if (content.IsEmpty || IsBlank(content[0]) || content.ContainsAny('"', '`') || Gaps(content) > 1)
            kept.Append(content);
        else
            AppendWords(kept, content);
        kept.Append(lineBreak);
    }

    private static void AppendWords(StringBuilder kept, ReadOnlySpan<char> content)
    {
        for (var i = 0; i < content.Length; i++)
        {
            if (!IsBlank(content[i]))
                kept.Append(content[i]);
            else if (!IsBlank(content[i - 1]))
                kept.Append(i + 1 < content.Length && IsBlank(content[i + 1]) ? ' ' : content[i]);
        }
    }

    // Several in a row that do not follow the end of a sentence or clause: columns have more than one.
    private static int Gaps(ReadOnlySpan<char> content)
    {
        var gaps = 0;
        for (var i = 1; i + 1 < content.Length; i++)
        {
            if (IsBlank(content[i]) && IsBlank(content[i + 1]) && !IsBlank(content[i - 1]) && !char.IsPunctuation(content[i - 1]))
                gaps++;
        }

        return gaps;
    }

    private static bool IsBlank(char c) => c is ' ' or '\t';

    /// <summary>The code fence that is open at a line.</summary>
    private readonly record struct Fence(char Sign, int Length)
    {
        public bool IsOpen => Length > 0;

        public Fence After(ReadOnlySpan<char> line)
        {
            // Also deep in a list: what is taken for a fence by mistake only stays as it is.
            var content = line.TrimStart(" \t");
            if (content.IsEmpty || content[0] is not ('`' or '~'))
                return this;
            var sign = content[0];
            var length = content.IndexOfAnyExcept(sign) is >= 0 and var other ? other : content.Length;
            if (length < LeastFence)
                return this;
            if (!IsOpen)
                return sign == '`' && content[length..].Contains('`') ? this : new Fence(sign, length);
            return sign == Sign && length >= Length && length == content.Length ? default : this;
        }
    }
}
