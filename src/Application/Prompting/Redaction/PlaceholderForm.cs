namespace CleanLlm.Application.Prompting.Redaction;

/// <summary>What a text holds where a placeholder may begin.</summary>
internal enum PlaceholderReading
{
    /// <summary>Something else.</summary>
    None,

    /// <summary>What may become one when the text goes on.</summary>
    Partial,

    /// <summary>A placeholder.</summary>
    Whole,
}

/// <summary>
/// Reads placeholders such as <c>&lt;EMAIL_1&gt;</c> in the forms that models give them: in other case, with brackets escaped for HTML or JSON,
/// and with backslashes in front of marks as Markdown has them.
/// </summary>
internal static class PlaceholderForm
{
    /// <summary>The characters of which one begins one.</summary>
    public const string Openings = "<&\\";

    private static readonly string[] Opens = ["<", "&lt;", @"\u003c", @"\<"];
    private static readonly string[] Closes = [">", "&gt;", @"\u003e", @"\>"];
    private static readonly string[] Underscores = ["_", @"\_", @"\\_"];

    /// <summary>How many characters a placeholder of so many can take in the longest of its forms.</summary>
    public static int LongestForm(int placeholder) => @"\u003c".Length + @"\u003e".Length + (placeholder * @"\\_".Length);

    /// <summary>Reads the placeholder that begins a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="longest">The longest placeholder that is known, in characters.</param>
    /// <param name="placeholder">The placeholder in its own form.</param>
    /// <param name="length">How many characters it takes here.</param>
    public static PlaceholderReading Read(ReadOnlySpan<char> text, int longest, out string placeholder, out int length)
    {
        (placeholder, length) = ("", 0);
        if (OneOf(Opens, text, out var at) is not PlaceholderReading.Whole and var opened)
            return opened;
        Span<char> name = stackalloc char[longest];
        var count = 0;
        name[count++] = '<';
        for (int taken; TryReadMark(text[at..], out var mark, out taken); at += taken)
        {
            if (count + 1 >= longest)
                return PlaceholderReading.None;
            name[count++] = mark;
        }

        var closed = OneOf(Closes, text[at..], out var close);
        if (closed != PlaceholderReading.Whole)
            return closed == PlaceholderReading.Partial ? closed : OneOf(Underscores, text[at..], out _);
        // A backslash in front belongs to the text there, unless one stands at the end too.
        if (count == 1 || (text.StartsWith(@"\<", StringComparison.Ordinal) && !text[at..].StartsWith(@"\>", StringComparison.Ordinal)))
            return PlaceholderReading.None;
        name[count++] = '>';
        (placeholder, length) = (name[..count].ToString(), at + close);
        return PlaceholderReading.Whole;
    }

    private static bool TryReadMark(ReadOnlySpan<char> text, out char mark, out int taken)
    {
        (mark, taken) = ('_', 1);
        if (text.IsEmpty || !char.IsAsciiLetterOrDigit(text[0]))
            return OneOf(Underscores, text, out taken) == PlaceholderReading.Whole;
        mark = char.ToUpperInvariant(text[0]);
        return true;
    }

    private static PlaceholderReading OneOf(string[] forms, ReadOnlySpan<char> text, out int length)
    {
        (length, var reading) = (0, PlaceholderReading.None);
        foreach (var form in forms)
        {
            if (text.StartsWith(form, StringComparison.OrdinalIgnoreCase))
            {
                length = form.Length;
                return PlaceholderReading.Whole;
            }

            if (form.AsSpan().StartsWith(text, StringComparison.OrdinalIgnoreCase))
                reading = PlaceholderReading.Partial;
        }

        return reading;
    }
}
