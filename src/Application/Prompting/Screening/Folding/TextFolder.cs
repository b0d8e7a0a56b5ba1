using System.Text;

namespace CleanLlm.Application.Prompting.Screening.Folding;

/// <summary>Folds texts in one pass.</summary>
internal sealed class TextFolder(FoldTable table)
{
    // A mark without its partner this near is no quotation: an apostrophe, or inches.
    private const int LongestQuotation = 600;
    private const int LongestBlock = 4_000;
    private const string Fence = "```";

    /// <summary>What each character is compared as.</summary>
    public FoldTable Table => table;

    /// <summary>The text, folded; to be disposed of.</summary>
    public FoldedText Fold(ReadOnlySpan<char> text)
    {
        var folded = new FoldedText(text.Length + 16);
        var (pending, closesAt) = (FoldTable.Dropped, -1);
        for (var i = 0; i < text.Length; i++)
        {
            var letter = table[text[i]];
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && Rune.TryCreate(text[i], text[i + 1], out var rune))
            {
                letter = table.Beyond(rune);
                i++;
            }

            switch (letter)
            {
                case FoldTable.Dropped:
                    break;
                case FoldTable.Space:
                    pending = pending == FoldTable.Break ? pending : FoldTable.Space;
                    break;
                case FoldTable.Break:
                    pending = FoldTable.Break;
                    break;
                case FoldTable.Quote:
                    // An apostrophe inside a word joins it.
                    if (i != closesAt && IsApostrophe(text, i))
                        break;
                    pending = pending == FoldTable.Break ? pending : FoldTable.Space;
                    if (i < closesAt)
                        break;
                    Flush(ref folded, ref pending);
                    if (i == closesAt)
                        folded.Add(FoldedText.Closes);
                    else
                        closesAt = Open(ref folded, End(text, i));
                    break;
                case FoldTable.Expands:
                    Flush(ref folded, ref pending);
                    foreach (var one in table.Several(text[i]))
                        folded.Add(one);
                    break;
                default:
                    Flush(ref folded, ref pending);
                    folded.Add(letter);
                    break;
            }
        }

        return folded;
    }

    /// <summary>A word of the rules, folded as texts are, its words with one space between them.</summary>
    public string FoldWords(string words)
    {
        using var folded = Fold(words);
        return folded.Span.Trim().ToString().Replace(FoldTable.Break, FoldTable.Space);
    }

    private static int Open(ref FoldedText folded, int end)
    {
        if (end > 0)
            folded.Add(FoldedText.Opens);
        return end;
    }

    private static void Flush(ref FoldedText folded, ref char pending)
    {
        if (pending != FoldTable.Dropped)
            folded.Add(pending);
        pending = FoldTable.Dropped;
    }

    private static bool IsApostrophe(ReadOnlySpan<char> text, int at) =>
        text[at] is '\'' or '’' && at > 0 && at + 1 < text.Length && char.IsLetter(text[at - 1]) && char.IsLetter(text[at + 1]);

    /// <summary>Where a quotation ends that begins here; negative when it does not.</summary>
    private static int End(ReadOnlySpan<char> text, int at)
    {
        var rest = text[(at + 1)..];
        if (text[at] == '`' && text[at..].StartsWith(Fence, StringComparison.Ordinal))
            return Place(rest[2..][..Math.Min(LongestBlock, rest.Length - 2)].IndexOf(Fence, StringComparison.Ordinal), at + 3);
        rest = rest[..Math.Min(LongestQuotation, rest.Length)];
        return text[at] switch
        {
            '"' or '`' or '＂' => Place(rest.IndexOf(text[at]), at + 1),
            '“' or '„' or '‟' => Place(rest.IndexOfAny('“', '”', '"'), at + 1),
            '«' => Place(rest.IndexOf('»'), at + 1),
            '»' => Place(rest.IndexOf('«'), at + 1),
            '‹' => Place(rest.IndexOf('›'), at + 1),
            '「' => Place(rest.IndexOf('」'), at + 1),
            '『' => Place(rest.IndexOf('』'), at + 1),
            '‘' or '‚' => Place(EndOfSingle(rest, '’', '‘'), at + 1),
            '\'' => Place(EndOfSingle(rest, '\'', '\''), at + 1),
            _ => -1,
        };
    }

    private static int Place(int found, int from) => found < 0 ? -1 : from + found;

    // Not at an apostrophe.
    private static int EndOfSingle(ReadOnlySpan<char> rest, char mark, char other)
    {
        for (int from = 0, found; (found = rest[from..].IndexOfAny(mark, other)) >= 0; from += found + 1)
        {
            var at = from + found;
            if (at + 1 == rest.Length || !char.IsLetterOrDigit(rest[at + 1]))
                return at;
        }

        return -1;
    }
}
