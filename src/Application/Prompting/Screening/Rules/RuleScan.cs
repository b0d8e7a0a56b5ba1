using CleanLlm.Application.Prompting.Screening.Folding;

namespace CleanLlm.Application.Prompting.Screening.Rules;

/// <summary>
/// Looks for rules in folded texts, each in one pass and without going back: of each place of a rule only the last position is kept at which
/// the rule was met so far, since a gap is counted from there.
/// </summary>
internal sealed class RuleScan
{
    // Runs of letters of this length hold more than one word, such as ignoreAllPreviousInstructions.
    private const int LongWord = 16;
    private const int ShortestGluedWord = 4;

    // Positions are counted so that a word is two, and a character of a script without spaces one; run together, letters are counted.
    private const int WordStep = 2;
    private const int LettersOfAWord = 6;
    private const int LettersApart = 5;
    private const int GuardReach = 3;

    // Between texts, so that nothing reaches from one to the next: more than the largest gap between words run together.
    private const int TextGap = 100;
    private const int BreakGap = 4;

    private readonly RuleSet rules;
    private readonly int[] ends;
    private readonly bool[] beganQuoted;
    private readonly int[] guarded;
    private RuleHits hits = new(0);
    private int position = TextGap;
    private int sentence;
    private int discussedSentence = -1;
    private int reach = WordStep;
    private bool isQuoted;

    public RuleScan(RuleSet rules)
    {
        this.rules = rules;
        (ends, beganQuoted, guarded) = (new int[rules.Places], new bool[rules.Places], new int[rules.Guards]);
    }

    /// <summary>How the last text is to be read as well.</summary>
    public Cipher Ciphers { get; private set; }

    /// <summary>Whether the last text has words with their letters set apart.</summary>
    public bool HasLettersApart { get; private set; }

    /// <summary>Notes what a folded text meets.</summary>
    public void Scan(ReadOnlySpan<char> text, RuleHits found)
    {
        (hits, Ciphers, HasLettersApart, isQuoted, discussedSentence) = (found, Cipher.None, false, false, -1);
        position += TextGap;
        var (i, singles) = (0, 0);
        while (i < text.Length)
        {
            if (text[i] <= FoldTable.Space)
            {
                Separate(text[i++]);
                continue;
            }

            var isWord = !Scripts.HasNoSpaces(text[i]);
            var end = isWord ? EndOfWord(text, i) : i + 1;
            Walk(text, i, end);
            if (end - i >= LongWord)
                WalkInside(text[i..end]);
            singles = end - i == 1 && isWord && !char.IsAsciiDigit(text[i]) ? singles + 1 : 0;
            HasLettersApart |= singles >= LettersApart;
            position += isWord ? WordStep : 1;
            i = end;
        }
    }

    /// <summary>Whether the word, folded, is one that rules have.</summary>
    public bool Knows(ReadOnlySpan<char> word)
    {
        var node = WordTrie.Root;
        foreach (var letter in word)
        {
            if ((node = rules.Words.Next(node, letter)) == WordTrie.None)
                return false;
            if (rules.Begun(node) is not null)
                return true;
        }

        return rules.Whole(node) is { Places.Length: > 0 };
    }

    private static int EndOfWord(ReadOnlySpan<char> text, int from)
    {
        var end = from + 1;
        while (end < text.Length && text[end] > FoldTable.Space && !Scripts.HasNoSpaces(text[end]))
            end++;
        return end;
    }

    private void Separate(char separator)
    {
        switch (separator)
        {
            case FoldTable.Break:
                position += BreakGap;
                sentence++;
                break;
            case FoldedText.Opens:
                isQuoted = true;
                break;
            case FoldedText.Closes:
                isQuoted = false;
                break;
        }
    }

    // From the beginning of a word, through those behind it as long as they are words of a phrase.
    private void Walk(ReadOnlySpan<char> text, int from, int end)
    {
        var (node, at) = (WordTrie.Root, position);
        for (var i = from; i < text.Length; i++)
        {
            var letter = text[i];
            if (letter is FoldTable.Space or FoldTable.Break)
                (letter, at) = (FoldTable.Space, at + (Scripts.HasNoSpaces(text[i - 1]) ? 0 : WordStep));
            else if (letter < FoldTable.Space)
                return;
            else if (i >= end && Scripts.HasNoSpaces(letter))
                at++;
            if ((node = rules.Words.Next(node, letter)) == WordTrie.None)
                return;
            if (rules.Begun(node) is { } begun)
                Meet(begun, position, at);
            if (rules.Whole(node) is { } whole && (i + 1 == text.Length || text[i + 1] <= FoldTable.Space || Scripts.HasNoSpaces(text[i + 1])))
                Meet(whole, position, at);
        }
    }

    // Words run together: counted by letters, and apart from what stands around.
    private void WalkInside(ReadOnlySpan<char> run)
    {
        position += TextGap;
        reach = LettersOfAWord;
        for (var from = 0; from < run.Length; from++, position++)
        {
            var node = WordTrie.Root;
            for (var i = from; i < run.Length && (node = rules.Words.Next(node, run[i])) != WordTrie.None; i++)
            {
                if (i - from + 1 < ShortestGluedWord)
                    continue;
                if ((rules.Whole(node) ?? rules.Begun(node)) is { } use)
                    Meet(use, position, position + i - from);
            }
        }

        reach = WordStep;
        position += TextGap;
    }

    private void Meet(WordUse use, int start, int end)
    {
        Ciphers |= use.Cipher;
        foreach (ref readonly var place in use.Places)
        {
            if (place.IsFirst ? IsGuarded(place, start) : !Follows(start, ends[place.Index - 1], place.Gap))
                continue;
            ends[place.Index] = end;
            beganQuoted[place.Index] = place.IsFirst ? isQuoted : beganQuoted[place.Index - 1];
            if (place.IsLast)
                Note(place.Rule, isQuoted || beganQuoted[place.Index]);
        }

        foreach (var guard in use.Guards)
            guarded[guard] = end;
    }

    private bool IsGuarded(in RulePlace place, int start) =>
        place.Guard >= 0 && start - guarded[place.Guard] is var distance && distance > 0 && distance <= GuardReach * reach;

    private bool Follows(int start, int before, int gap) =>
        start > before && start - before <= (gap + 1) * reach;

    private void Note(int rule, bool quoted)
    {
        if (rules.Rules[rule].Code == Reasons.Discussion && !quoted)
            discussedSentence = sentence;
        hits.Note(rule, quoted ? HitKind.Quoted : discussedSentence == sentence ? HitKind.Discussed : HitKind.Plain);
    }
}
