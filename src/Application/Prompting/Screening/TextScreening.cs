using CleanLlm.Application.Prompting.Screening.Decoding;
using CleanLlm.Application.Prompting.Screening.Rules;

namespace CleanLlm.Application.Prompting.Screening;

/// <summary>Reads texts one by one, as written and as they may be decoded, and notes which rules they meet. For one prompt.</summary>
internal sealed class TextScreening(RuleSet rules)
{
    /// <summary>Of what is decoded, texts this deep inside others are read.</summary>
    public const int DeepestDecoding = 3;

    // Decoded characters, all together: some times what a long prompt has, and enough for a short one.
    private const int MostDecoded = 1 << 20;
    private const int MostMarkup = 64;
    private const int MostBeforeRole = 16;

    private readonly RuleScan scan = new(rules);
    private int left = MostDecoded;

    /// <summary>What a text meets.</summary>
    public TextFindings Screen(string text)
    {
        var findings = new TextFindings(rules);
        Read(text, depth: 0, findings, findings.Plain);
        return findings;
    }

    private void Read(string text, int depth, TextFindings findings, RuleHits hits)
    {
        using (var folded = rules.Folder.Fold(text))
            scan.Scan(folded.Span, hits);
        var (ciphers, hasLettersApart) = (scan.Ciphers, scan.HasLettersApart);
        FindMarkup(text, findings);
        findings.HasLink |= Links.HasPlaceForData(text);
        if (depth == DeepestDecoding)
            return;
        foreach (var (view, isJoined) in Views(text, ciphers, hasLettersApart))
        {
            if (view.Length > left)
                continue;
            left -= view.Length;
            Read(view, depth + 1, findings, isJoined ? findings.Joined : findings.Encoded);
        }
    }

    private IEnumerable<(string Text, bool IsJoined)> Views(string text, Cipher ciphers, bool hasLettersApart)
    {
        if (ciphers.HasFlag(Cipher.Reversed))
            yield return (Ciphers.Reverse(text), false);
        if (ciphers.HasFlag(Cipher.Rotated))
            yield return (Ciphers.Rotate(text), false);
        if (hasLettersApart)
            yield return (LettersApart.Join(text), false);
        if (Leet.Has(text, IsKnown))
            yield return (Leet.Read(text), false);
        if (Escapes.Decode(text) is { } unescaped)
            yield return (unescaped, false);
        foreach (var blob in Blobs.Decode(text))
            yield return (blob, false);
        foreach (var codes in CharacterCodes.Decode(text))
            yield return (codes, false);
        foreach (var joined in Literals.Join(text))
            yield return (joined, true);
    }

    private bool IsKnown(string word) => scan.Knows(rules.Folder.FoldWords(word));

    private void FindMarkup(string text, TextFindings findings)
    {
        foreach (var literals in rules.MarkupTexts)
        {
            var from = 0;
            for (var count = 0; count < MostMarkup && text.AsSpan(from).IndexOfAny(literals) is >= 0 and var found; count++)
            {
                NoteMarkup(text, from + found, findings);
                from += found + 1;
            }
        }
    }

    private void NoteMarkup(string text, int at, TextFindings findings)
    {
        foreach (var rule in rules.Markup)
        {
            if (text.AsSpan(at).StartsWith(rule.Text, StringComparison.OrdinalIgnoreCase) && (!rule.BeginsLine || BeginsLine(text, at)))
                findings.Markup.Add(rule);
        }
    }

    // Behind spaces and the signs of lists, headings and quotes.
    private static bool BeginsLine(string text, int at)
    {
        var start = Math.Max(0, at - MostBeforeRole);
        var before = text.AsSpan(start, at - start).TrimEnd(" \t*#>_-[<|");
        return before.IsEmpty ? start == 0 : before[^1] is '\n' or '\r';
    }
}
