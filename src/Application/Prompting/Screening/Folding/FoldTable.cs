using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace CleanLlm.Application.Prompting.Screening.Folding;

/// <summary>
/// What each character is compared as: lower case, without marks, in its plain form (Unicode NFKD), and look-alikes as the letter that they
/// look like (Unicode TR 39). For screening only; the model gets what the user wrote.
/// </summary>
internal sealed class FoldTable
{
    /// <summary>Stands for a character that is read past.</summary>
    public const char Dropped = '\0';

    /// <summary>Stands for a quotation mark.</summary>
    public const char Quote = '\u0001';

    /// <summary>Stands for a character that becomes several, as <see cref="Several"/> says.</summary>
    public const char Expands = '\uFFFF';

    /// <summary>Between words.</summary>
    public const char Space = ' ';

    /// <summary>Between sentences and lines.</summary>
    public const char Break = '\n';

    private const string Quotes = "\"'`“”„‟«»‹›‘’‚‛「」『』＂";
    private const string Breaks = ".!?;\n\r\u0085\u2028\u2029。！？；؟؛।…";
    private const char FirstHangul = '\uAC00';
    private const char LastHangul = '\uD7A3';

    private readonly char[] map = new char[char.MaxValue + 1];
    private readonly FrozenDictionary<char, string> several;

    /// <param name="lookAlikes">The letters, each with the characters that look like it.</param>
    public FoldTable(IReadOnlyDictionary<char, string> lookAlikes)
    {
        var expanding = new Dictionary<char, string>();
        for (var c = 0; c <= char.MaxValue; c++)
        {
            var folded = Fold((char)c, lookAlikes);
            map[c] = folded.Length == 1 ? folded[0] : Expands;
            if (folded.Length > 1)
                expanding[(char)c] = folded;
        }

        several = expanding.ToFrozenDictionary();
    }

    /// <summary>What a character is compared as; one of the constants where it is no letter.</summary>
    public char this[char c] => map[c];

    /// <summary>The letters that a character becomes.</summary>
    public string Several(char c) => several[c];

    /// <summary>What a character beyond the first plane is compared as: letters in the styles of mathematics, circles and flags.</summary>
    public char Beyond(Rune rune)
    {
        if (rune.Value is >= 0x1F1E6 and <= 0x1F1FF)
            return (char)('a' + rune.Value - 0x1F1E6);
        if (rune.Value is not (>= 0x1D400 and <= 0x1D7FF) and not (>= 0x1F110 and <= 0x1F189))
            return Space;
        if (rune.Value >= 0x1F130)
            return (char)('a' + ((rune.Value - 0x1F130) % 32 % 26));
        return rune.ToString().Normalize(NormalizationForm.FormKD).FirstOrDefault(char.IsAsciiLetterOrDigit) is var plain && plain != '\0' ? map[plain] : Space;
    }

    private static string Fold(char c, IReadOnlyDictionary<char, string> lookAlikes)
    {
        if (Quotes.Contains(c, StringComparison.Ordinal))
            return $"{Quote}";
        if (Breaks.Contains(c, StringComparison.Ordinal))
            return $"{Break}";
        if (lookAlikes.TryGetValue(c, out var alike))
            return alike;
        // A syllable of Hangul comes apart into letters that say too little one by one.
        if (c is >= FirstHangul and <= LastHangul)
            return $"{c}";
        if (char.IsSurrogate(c) || c is '\uFFFE' or '\uFFFF')
            return $"{Space}";
        var plain = c < 0x80 ? $"{c}" : $"{c}".Normalize(NormalizationForm.FormKD);
        var letters = string.Concat(plain.Where(char.IsLetterOrDigit).Select(letter => Lower(letter, lookAlikes)));
        return letters.Length > 0 ? letters : CharUnicodeInfo.GetUnicodeCategory(c) switch
        {
            UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format => $"{Dropped}",
            UnicodeCategory.SpacingCombiningMark => $"{c}",
            _ => $"{Space}",
        };
    }

    private static string Lower(char letter, IReadOnlyDictionary<char, string> lookAlikes)
    {
        if (lookAlikes.TryGetValue(letter, out var alike))
            return alike;
        var lower = char.ToLowerInvariant(letter);
        return lookAlikes.TryGetValue(lower, out alike) ? alike : $"{lower}";
    }
}
