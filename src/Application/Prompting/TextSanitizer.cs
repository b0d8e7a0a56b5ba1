using System.Buffers;
using System.Globalization;
using System.Text;

namespace CleanLlm.Application.Prompting;

/// <summary>
/// Removes what a reader cannot see but a model or a terminal can: control characters but tab and line breaks, bidirectional
/// controls, zero-width characters and Unicode tags (Unicode TR 36 and TR 39). Unpaired surrogates become U+FFFD.
/// A joiner stays where scripts and emoji need it: single, and not after ASCII. A variation selector stays single behind what has variants.
/// </summary>
internal static class TextSanitizer
{
    // Marks in a row that are put in order together. Languages need a handful; UAX 15 (Stream-Safe Text Format) allows 30.
    private const int MostMarks = 64;

    private const char FirstMark = '\u0300';
    private const char ZeroWidthNonJoiner = '\u200C';
    private const char ZeroWidthJoiner = '\u200D';

    // All that may need a look; text without any of these passes untouched and without an allocation.
    private static readonly SearchValues<char> Suspicious = SearchValues.Create(Candidates());

    /// <summary>
    /// The text without such characters, in Unicode NFC. Of more than 64 combining marks in a row each 64 are put in order by themselves,
    /// since normalising takes the square of their number.
    /// </summary>
    /// <param name="text">What to clean.</param>
    /// <param name="removed">How many characters it held that are gone.</param>
    public static string Normalize(string text, out int removed)
    {
        var clean = Clean(text, out removed);
        return IndexOfTooManyMarks(clean) < 0 ? Compose(clean) : ComposeInPieces(clean);
    }

    private static string Compose(string text) => text.IsNormalized(NormalizationForm.FormC) ? text : text.Normalize(NormalizationForm.FormC);

    private static string ComposeInPieces(string text)
    {
        var whole = new StringBuilder(text.Length);
        for (int start = 0, end; start < text.Length; start = end)
        {
            end = IndexOfTooManyMarks(text.AsSpan(start)) is var length && length < 0 ? text.Length : start + length;
            whole.Append(Compose(text[start..end]));
        }

        return whole.ToString();
    }

    /// <summary>Where more marks follow one another than are put in order together; negative when nowhere.</summary>
    private static int IndexOfTooManyMarks(ReadOnlySpan<char> text)
    {
        var (index, marks) = (0, 0);
        if (text.IndexOfAnyExceptInRange('\0', (char)(FirstMark - 1)) < 0)
            return -1;
        foreach (var rune in text.EnumerateRunes())
        {
            marks = IsMark(rune) ? marks + 1 : 0;
            if (marks > MostMarks)
                return index;
            index += rune.Utf16SequenceLength;
        }

        return -1;
    }

    private static bool IsMark(Rune rune) => rune.Value >= FirstMark
        && Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

    /// <summary>The text without such characters, and how many there were.</summary>
    /// <param name="text">What to clean.</param>
    /// <param name="removed">How many characters it held that are gone.</param>
    /// <param name="before">The last character of what came before, a pair as one, when the text is a piece of a longer one.</param>
    public static string Clean(string text, out int removed, int before = 0)
    {
        removed = 0;
        var first = text.AsSpan().IndexOfAny(Suspicious);
        if (first < 0)
            return text;

        var clean = new StringBuilder(text.Length).Append(text, 0, first);
        var last = first == 0 ? before : LastOf(text.AsSpan(0, first));
        foreach (var rune in text.AsSpan(first).EnumerateRunes())
        {
            if (IsRemoved(rune.Value) || (IsJoiner(rune.Value) && !MayJoin(last)) || (VariationSelectors.Contain(rune.Value) && !VariationSelectors.MayFollow(rune.Value, last)))
            {
                removed++;
                continue;
            }

            clean.Append(rune.ToString());
            last = rune.Value;
        }

        return clean.ToString();
    }

    private static bool IsJoiner(int rune) => rune is ZeroWidthNonJoiner or ZeroWidthJoiner;

    private static bool MayJoin(int before) => before > '\u007F' && !IsJoiner(before);

    /// <summary>The last character of a text that has one, a pair as one.</summary>
    public static int LastOf(ReadOnlySpan<char> text) => Rune.DecodeLastFromUtf16(text, out var last, out _) == OperationStatus.Done ? last.Value : text[^1];

    /// <summary>Whether the character is removed wherever it stands.</summary>
    public static bool IsRemoved(int rune) => rune is
        (< 0x20 and not ('\t' or '\n' or '\r')) or (>= 0x7F and <= 0x9F) // C0 and C1 controls
        or 0x00AD // soft hyphen
        or 0x061C or 0x200E or 0x200F or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x206F) // bidirectional and deprecated formats
        or 0x180E or 0x200B or (>= 0x2060 and <= 0x2064) or 0xFEFF // zero width
        or (>= 0xFFF9 and <= 0xFFFB) // interlinear annotation
        or 0xFFFE or 0xFFFF // no characters at all; string.Normalize throws on them
        or (>= 0xE0000 and <= 0xE007F); // tags

    private static string Candidates()
    {
        var candidates = new StringBuilder();
        for (var c = 0; c <= char.MaxValue; c++)
        {
            if (IsRemoved(c) || IsJoiner(c) || VariationSelectors.Contain(c) || char.IsSurrogate((char)c))
                candidates.Append((char)c);
        }

        return candidates.ToString();
    }
}
