namespace CleanLlm.Application.Answers.Links;

/// <summary>Addresses that stand alone, which many readers make links of.</summary>
internal static class BareAddress
{
    private const int LongestScheme = 10;
    private const string Style = "url(";

    private static readonly string[] Schemes = ["https", "ftp", "wss"];

    /// <summary>Whether a colon is followed by two slashes, of either kind; null when what follows decides.</summary>
    public static bool? LeadsOn(ReadOnlySpan<char> text, int colon)
    {
        for (var i = colon + 1; i <= colon + 2; i++)
        {
            if (i == text.Length)
                return null;
            if (text[i] is not ('/' or '\\'))
                return false;
        }

        return true;
    }

    /// <summary>Where the scheme before a colon begins.</summary>
    public static int StartOf(ReadOnlySpan<char> text, int colon)
    {
        var start = colon;
        while (start > 0 && colon - start < LongestScheme && char.IsAsciiLetterOrDigit(text[start - 1]))
            start--;
        return start;
    }

    /// <summary>Where a scheme may begin that the text ends in; its end when none does.</summary>
    public static int BeginningAtEnd(ReadOnlySpan<char> text, int from)
    {
        var start = text.Length;
        while (start > from && char.IsAsciiLetter(text[start - 1]) && text.Length - start <= LongestScheme)
            start--;
        var word = text[start..];
        foreach (var scheme in Schemes)
        {
            if (word.Length > 0 && scheme.AsSpan().StartsWith(word, StringComparison.OrdinalIgnoreCase))
                return start;
        }

        return text.Length;
    }

    /// <summary>Whether a text ends in what makes the next address one of a style sheet, which is fetched.</summary>
    public static bool IsInStyle(ReadOnlySpan<char> before) => before.TrimEnd(" \t\"'").EndsWith(Style, StringComparison.OrdinalIgnoreCase);
}
