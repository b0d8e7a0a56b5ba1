using System.Globalization;
using System.Text;

namespace CleanLlm.Infrastructure.Persistence.Content;

/// <summary>
/// The words of a text, folded so that forms of a word that differ in case, width or accents are the same. A script without spaces between words gives its
/// characters and their pairs.
/// </summary>
internal static class SearchWords
{
    // A bound on what one text adds to the index; a message has at most 200,000 characters.
    private const int MostWords = 20_000;

    /// <summary>The distinct words that a text is found by.</summary>
    public static HashSet<string> Of(string text)
    {
        HashSet<string> words = new(StringComparer.Ordinal);
        foreach (var (run, isUnspaced) in Runs(Folded(text)))
        {
            if (words.Count >= MostWords)
                break;
            words.UnionWith(isUnspaced ? Characters(run).Concat(Pairs(run)) : [run]);
        }

        return words;
    }

    /// <summary>The distinct words that a text must hold all of, to be found by a query.</summary>
    public static HashSet<string> OfQuery(string query)
    {
        HashSet<string> words = new(StringComparer.Ordinal);
        foreach (var (run, isUnspaced) in Runs(Folded(query)))
            words.UnionWith(!isUnspaced ? [run] : Pairs(run) is [_, ..] pairs ? pairs : Characters(run));
        return words;
    }

    // Letters and digits in a row, of scripts with spaces between words or of others.
    private static IEnumerable<(string Run, bool IsUnspaced)> Runs(string text)
    {
        var (start, isUnspaced, at) = (-1, false, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            var isWord = Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) == UnicodeCategory.SpacingCombiningMark;
            if (start >= 0 && (!isWord || IsUnspaced(rune) != isUnspaced))
            {
                yield return (text[start..at], isUnspaced);
                start = -1;
            }

            if (isWord && start < 0)
                (start, isUnspaced) = (at, IsUnspaced(rune));
            at += rune.Utf16SequenceLength;
        }

        if (start >= 0)
            yield return (text[start..], isUnspaced);
    }

    private static List<string> Characters(string run) => [.. run.EnumerateRunes().Select(rune => rune.ToString())];

    private static List<string> Pairs(string run)
    {
        var characters = Characters(run);
        return [.. characters.Zip(characters.Skip(1), (first, second) => first + second)];
    }

    // Compatibility forms are taken apart and marks dropped. What neither upper nor lower case brings together is named.
    private static string Folded(string text)
    {
        if (Ascii.IsValid(text))
            return text.ToLowerInvariant();
        var folded = new StringBuilder(text.Length);
        foreach (var rune in Whole(text).Normalize(NormalizationForm.FormKD).EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format)
                continue;
            folded.Append(rune.Value switch
            {
                'ß' or 'ẞ' => "ss",
                'ς' => "σ",
                'ı' => "i",
                'ł' or 'Ł' => "l",
                'ø' or 'Ø' => "o",
                'đ' or 'Đ' => "d",
                'æ' or 'Æ' => "ae",
                'œ' or 'Œ' => "oe",
                _ => Rune.ToLowerInvariant(Rune.ToUpperInvariant(rune)).ToString(),
            });
        }

        return folded.ToString();
    }

    // Half a surrogate pair and what is no character cannot be normalised.
    private static string Whole(string text)
    {
        var whole = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            whole.Append(rune.Value is 0xFFFE or 0xFFFF ? " " : rune.ToString());
        return whole.ToString();
    }

    // Chinese and Japanese, Thai, Lao, Burmese and Khmer.
    private static bool IsUnspaced(Rune rune) => rune.Value is
        (>= 0x3040 and <= 0x30FF) or (>= 0x3400 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x3FFFF)
        or (>= 0x0E00 and <= 0x0EFF) or (>= 0x1000 and <= 0x109F) or (>= 0x1780 and <= 0x17FF);
}
