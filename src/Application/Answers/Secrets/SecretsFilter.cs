using System.Buffers;
using CleanLlm.Application.Answers.Reading;
using CleanLlm.Application.Prompting.Redaction;
using CleanLlm.Domain.Prompting;
using Match = CleanLlm.Application.Answers.Reading.Match;

namespace CleanLlm.Application.Answers.Secrets;

/// <summary>Looks for secrets in one strand, word by word. The last word is held back until it is whole, and the first line of a private key with it.</summary>
/// <param name="kinds">What is looked for.</param>
/// <param name="context">The answer.</param>
/// <param name="mode">What is done about it.</param>
internal sealed class SecretsFilter(IReadOnlyList<SensitiveKind> kinds, AnswerContext context, StepMode mode)
    : ScreeningFilter(AnswerSecretsStep.Setting.Step, context, mode, Mark)
{
    /// <summary>What takes the place of a secret.</summary>
    public const string Mark = "[redacted]";

    private const string Dashes = "-----";
    private const string Begin = "-----BEGIN ";
    private const string End = "-----END ";
    private const int LongestLine = 80;
    private const int LongestWord = 256;

    // Secrets are ASCII: anything else ends a word, as a space does.
    private const char FirstOfWords = '!';
    private const char LastOfWords = '~';
    private const int Shortest = 8;
    private const int ShortestOfLetters = 20;

    private static readonly SecretScanner Scanner = new();
    private static readonly SearchValues<char> Spaces = SearchValues.Create(" \t\r\n");
    private static readonly SearchValues<char> Ends = SearchValues.Create(" \t\r\n\"'`<>,;)]}\\");

    private readonly List<Sighting> seen = [];
    private PrivateKeyRest? rest;

    protected override int Judge(ReadOnlySpan<char> text, int from, bool isEnd, List<Match> matches)
    {
        var end = isEnd ? text.Length : Math.Max(from, OpenFrom(text));
        if (end > from && MayHold(text[from..end]))
            Scan(text[..end].ToString(), from, matches);
        return end;
    }

    protected override bool GoesOn(Match last, ReadOnlySpan<char> text)
    {
        if (last.End < text.Length)
            return false;
        var key = text[last.Start..last.End];
        rest = last.Code == SensitiveKind.PrivateKey.Code() && key.ContainsAny(Spaces) ? new PrivateKeyRest(key) : null;
        return rest is not { IsOver: true };
    }

    protected override int Drop(ReadOnlySpan<char> piece) =>
        rest?.Length(piece) ?? (piece.IndexOfAny(Ends) is >= 0 and var end ? end : piece.Length);

    // The word that is not whole yet, and before it the line with which a private key begins or ends.
    private static int OpenFrom(ReadOnlySpan<char> text)
    {
        var word = text.LastIndexOfAnyExceptInRange(FirstOfWords, LastOfWords) + 1;
        // JSON has no spaces.
        if (text.Length - word > LongestWord)
            word = Math.Max(word, text.LastIndexOfAny(Ends) + 1);
        var before = Math.Max(0, word - LongestLine);
        var line = Math.Max(text[before..word].LastIndexOf(Begin, StringComparison.Ordinal), text[before..word].LastIndexOf(End, StringComparison.Ordinal));
        return line >= 0 && !text[(before + line + Dashes.Length)..word].Contains(Dashes, StringComparison.Ordinal) ? before + line : word;
    }

    // Nearly all words of ordinary texts are short, or have no digit.
    private static bool MayHold(ReadOnlySpan<char> text)
    {
        for (int start = 0, length; start < text.Length; start += length + 1)
        {
            length = text[start..].IndexOfAnyExceptInRange(FirstOfWords, LastOfWords) is >= 0 and var space ? space : text.Length - start;
            var word = text.Slice(start, length);
            if (length >= ShortestOfLetters || (length >= Shortest && (word.ContainsAnyInRange('0', '9') || word.Contains(Dashes, StringComparison.Ordinal))))
                return true;
        }

        return false;
    }

    private void Scan(string text, int from, List<Match> matches)
    {
        seen.Clear();
        using var folded = FoldedText.Of(text);
        Scanner.Scan(new ScannedText(folded.Text, "", new LookupBudget()), seen);
        foreach (var (kind, start, end) in seen)
        {
            var written = folded.Written(start, end);
            // What ends in the text that was judged before was found then.
            if (written.End.Value > from && kinds.Contains(kind))
                matches.Add(new Match(kind.Code(), Math.Max(from, written.Start.Value), written.End.Value));
        }
    }
}
