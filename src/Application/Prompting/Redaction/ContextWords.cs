using System.Buffers;
using System.Text;

namespace CleanLlm.Application.Prompting.Redaction;

/// <summary>Words that say what a number near them is, in several languages. They match the beginnings of words, whatever their case.</summary>
/// <param name="words">The words.</param>
internal sealed class ContextWords(params ReadOnlySpan<string> words)
{
    private const int Before = 64;
    private const int After = 24;

    // Apart, because the search for ASCII alone is many times as fast, and most texts need no other.
    private readonly SearchValues<string> plain = SearchValues.Create([.. words.ToArray().Where(word => Ascii.IsValid(word))], StringComparison.OrdinalIgnoreCase);
    private readonly SearchValues<string> others = SearchValues.Create([.. words.ToArray().Where(word => !Ascii.IsValid(word))], StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether one of them stands in front of a place, right behind it, or in the name of what it is the value of.</summary>
    public bool Near(ScannedText text, int start, int end) =>
        IsIn(Preceding(text.Folded, start)) || IsIn(text.Folded[end..Math.Min(text.Folded.Length, end + After)]) || IsIn(text.Member, isName: true);

    /// <summary>Whether one of them stands in front of a place, or in the name of what it is the value of.</summary>
    public bool Precede(ScannedText text, int start) => IsIn(Preceding(text.Folded, start)) || IsIn(text.Member, isName: true);

    private static ReadOnlySpan<char> Preceding(ReadOnlySpan<char> text, int start) => text[Math.Max(0, start - Before)..start];

    private bool IsIn(ReadOnlySpan<char> span, bool isName = false) =>
        Begins(span, plain, isName) || (!Ascii.IsValid(span) && Begins(span, others, isName));

    // In names words stand one behind the other: mobilePhone.
    private static bool Begins(ReadOnlySpan<char> span, SearchValues<string> words, bool isName)
    {
        for (var from = 0; span[from..].IndexOfAny(words) is >= 0 and var found; from += found + 1)
        {
            if (isName || from + found == 0 || !char.IsLetter(span[from + found - 1]) || Bounds.IsUnspaced(span[from + found]))
                return true;
        }

        return false;
    }
}
