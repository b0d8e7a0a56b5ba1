using System.Buffers;

namespace CleanLlm.Application.Prompting.Screening.Decoding;

/// <summary>Words with digits and signs in place of letters, such as <c>1gn0r3</c>.</summary>
internal static class Leet
{
    private const int Longest = 32;

    private static readonly SearchValues<char> Signs = SearchValues.Create("0134578@$!|€");

    /// <summary>Whether a word of the text, read as letters, is one that is looked for.</summary>
    public static bool Has(string text, Func<string, bool> isKnown)
    {
        for (var i = 0; Next(text, i) is >= 0 and var sign;)
        {
            var (start, end) = WordAt(text, sign);
            i = end;
            if (end - start <= Longest && text.AsSpan(start, end - start).IndexOfAnyInRange('A', 'z') >= 0 && isKnown(Read(text[start..end])))
                return true;
        }

        return false;
    }

    /// <summary>The text with all of them read as letters.</summary>
    public static string Read(string text) => string.Create(text.Length, text, static (letters, text) =>
    {
        for (var i = 0; i < text.Length; i++)
            letters[i] = Letter(text[i]);
    });

    private static int Next(string text, int from) => text.AsSpan(from).IndexOfAny(Signs) is >= 0 and var found ? from + found : -1;

    private static (int Start, int End) WordAt(string text, int at)
    {
        var (start, end) = (at, at + 1);
        while (start > 0 && at - start <= Longest && IsPart(text[start - 1]))
            start--;
        while (end < text.Length && end - at <= Longest && IsPart(text[end]))
            end++;
        return (start, end);
    }

    private static bool IsPart(char c) => char.IsLetterOrDigit(c) || Signs.Contains(c);

    /// <summary>The letter that a digit or sign stands for; any other character itself.</summary>
    public static char Letter(char c) => c switch
    {
        '0' => 'o',
        '1' or '!' or '|' => 'i',
        '3' or '€' => 'e',
        '4' or '@' => 'a',
        '5' or '$' => 's',
        '7' => 't',
        '8' => 'b',
        _ => c,
    };
}
