namespace CleanLlm.Application.Answers.Links;

/// <summary>Where a link of Markdown leads, behind <c>](</c> or <c>]:</c> (CommonMark 6.3 and 4.7).</summary>
internal static class Destination
{
    /// <summary>Reads it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="at">Behind the mark.</param>
    /// <param name="isDefinition">Whether it is one of a definition, which no bracket ends.</param>
    /// <param name="isEnd">Whether nothing follows the text.</param>
    /// <param name="start">Its first character.</param>
    /// <param name="end">The character behind its last.</param>
    /// <returns>False when more of the text is needed.</returns>
    public static bool TryRead(ReadOnlySpan<char> text, int at, bool isDefinition, bool isEnd, out int start, out int end)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
            at++;
        var isBracketed = at < text.Length && text[at] == '<';
        start = isBracketed ? at + 1 : at;
        end = start;
        for (var depth = 0; end < text.Length; end++)
        {
            var c = text[end];
            if (isBracketed ? c is '>' or '\n' : char.IsWhiteSpace(c))
                return true;
            if (isBracketed || isDefinition)
                continue;
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (depth < 0)
                return true;
        }

        return isEnd;
    }
}
