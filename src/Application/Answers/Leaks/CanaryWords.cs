using System.Buffers;
using CleanLlm.Application.Prompting.Redaction;

namespace CleanLlm.Application.Answers.Leaks;

/// <summary>
/// Finds the words of instructions of which a single one gives them away: keys, passwords, what was drawn by lot, and what is called a canary. What stands in an
/// address is meant to be told.
/// </summary>
internal static class CanaryWords
{
    private const int Shortest = 8;
    private const int ShortestHex = 16;
    private const int ShortestMixed = 20;
    private const int FewestSwitches = 3;
    private const int LongestWord = 64;
    private const string Canary = "canary";

    private static readonly SecretScanner Secrets = new();
    private static readonly SearchValues<char> Word = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private static readonly SearchValues<char> Bounds = SearchValues.Create(" \t\r\n\"'<>()");

    /// <summary>The words, each as it is written, at most of 64 characters.</summary>
    public static IEnumerable<string> In(string text)
    {
        foreach (var secret in SecretsIn(text))
        {
            // A password of letters alone may be a word.
            if (secret.AsSpan().ContainsAnyInRange('0', '9'))
                yield return secret[..Math.Min(secret.Length, LongestWord)];
        }

        for (var i = 0; i < text.Length;)
        {
            var length = text.AsSpan(i).IndexOfAnyExcept(Word) is >= 0 and var other ? other : text.Length - i;
            if (length is >= Shortest and <= LongestWord && IsCanary(text.AsSpan(i, length)) && !IsInAddress(text, i))
                yield return text.Substring(i, length);
            i += length + 1;
        }
    }

    /// <summary>Whether a text calls something a canary.</summary>
    public static bool IsNamedIn(string text) => text.Contains(Canary, StringComparison.OrdinalIgnoreCase);

    private static List<string> SecretsIn(string text)
    {
        var found = new List<Sighting>();
        using var folded = FoldedText.Of(text);
        Secrets.Scan(new ScannedText(folded.Text, "", new LookupBudget()), found);
        var secrets = new List<string>(found.Count);
        foreach (var (kind, start, end) in found)
            secrets.Add(kind == SensitiveKind.PrivateKey ? Body(text[folded.Written(start, end)]) : text[folded.Written(start, end)]);
        return secrets;
    }

    // Behind its first line, which all keys have.
    private static string Body(string key) => key.AsSpan().IndexOf('\n') is >= 0 and var line ? key[(line + 1)..] : key;

    private static bool IsCanary(ReadOnlySpan<char> word)
    {
        var (all, switches, most, isHex, digits, upper, lower) = (0, 0, 0, true, 0, 0, 0);
        var (segment, segmentSwitches, last) = (0, 0, '-');
        foreach (var c in word)
        {
            if (c is '-' or '_')
            {
                (segment, segmentSwitches, last) = (0, 0, c);
                continue;
            }

            segment++;
            all++;
            isHex &= char.IsAsciiHexDigit(c);
            digits += char.IsAsciiDigit(c) ? 1 : 0;
            upper += char.IsAsciiLetterUpper(c) ? 1 : 0;
            lower += char.IsAsciiLetterLower(c) ? 1 : 0;
            if (last is not ('-' or '_') && char.IsAsciiDigit(c) != char.IsAsciiDigit(last))
                segmentSwitches++;
            if (segment >= Shortest)
                switches = Math.Max(switches, segmentSwitches);
            most = Math.Max(most, segment);
            last = c;
        }

        if (word.Contains(Canary, StringComparison.OrdinalIgnoreCase))
            return all >= Canary.Length + 3;
        return switches >= FewestSwitches
            || (isHex && all >= ShortestHex && digits > 0 && digits < all)
            || (most >= ShortestMixed && digits > 0 && upper > 0 && lower > 0);
    }

    private static bool IsInAddress(string text, int at)
    {
        var start = text.AsSpan(0, at).LastIndexOfAny(Bounds) + 1;
        return text.AsSpan(start, at - start).Contains("://", StringComparison.Ordinal);
    }
}
