using System.Buffers;

namespace CleanLlm.Application.Prompting.Screening.Decoding;

/// <summary>Texts put together from strings of a program, such as <c>a = 'ign'; b = 'ore'; a + b</c>.</summary>
internal static class Literals
{
    private const int Longest = 100;
    private const int Fewest = 2;
    private const int Most = 512;

    private static readonly SearchValues<char> Quotes = SearchValues.Create("\"'`“”");
    private static readonly SearchValues<char> Operators = SearchValues.Create("=+");

    /// <summary>The strings one behind the other, and the same with spaces between them; none where no program puts them together.</summary>
    public static IEnumerable<string> Join(string text)
    {
        if (text.AsSpan().IndexOfAny(Operators) < 0)
            yield break;
        var found = Find(text);
        if (found.Count < Fewest)
            yield break;
        yield return string.Concat(found);
        yield return string.Join(' ', found);
    }

    private static List<string> Find(string text)
    {
        var found = new List<string>();
        for (var i = 0; found.Count < Most && Next(text, i) is >= 0 and var start; i = start + 1)
        {
            var rest = text.AsSpan(start + 1, Math.Min(Longest, text.Length - start - 1));
            var close = text[start] == '“' ? '”' : text[start];
            if (rest.IndexOf(close) is not (> 0 and var length))
                continue;
            // An apostrophe ends no string, and begins none.
            if (start > 0 && char.IsLetterOrDigit(text[start - 1]))
                continue;
            found.Add(rest[..length].ToString());
            start += length + 1;
            i = start;
        }

        return found;
    }

    private static int Next(string text, int from) =>
        from >= text.Length ? -1 : text.AsSpan(from).IndexOfAny(Quotes) is >= 0 and var found ? from + found : -1;
}
