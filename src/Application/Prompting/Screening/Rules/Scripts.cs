namespace CleanLlm.Application.Prompting.Screening.Rules;

/// <summary>Scripts that are written without spaces, or whose words carry endings in the same run, so that a word may begin at any character.</summary>
internal static class Scripts
{
    /// <summary>Whether the character is of one: Thai to Tibetan, Myanmar, Khmer, kana, ideographs, Hangul.</summary>
    public static bool HasNoSpaces(char c) =>
        c >= '\u0E00' && c is <= '\u0FFF' or (>= '\u1000' and <= '\u109F') or (>= '\u1780' and <= '\u17FF') or (>= '\u2E80' and <= '\u9FFF') or (>= '\uAC00' and <= '\uD7A3');
}
