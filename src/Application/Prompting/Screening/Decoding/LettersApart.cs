using System.Text;

namespace CleanLlm.Application.Prompting.Screening.Decoding;

/// <summary>Words with their letters set apart, such as <c>i g n o r e</c> or <c>i.g.n.o.r.e</c>.</summary>
internal static class LettersApart
{
    private const int FewestLetters = 4;

    /// <summary>The text with such letters put together; wider gaps part words.</summary>
    public static string Join(string text)
    {
        var joined = new StringBuilder(text.Length);
        var run = new List<(char Letter, int Gap)>();
        for (var i = 0; i < text.Length;)
        {
            if (!char.IsLetterOrDigit(text[i]))
            {
                if (run.Count == 0)
                    joined.Append(text[i]);
                i++;
                continue;
            }

            var end = i + 1;
            while (end < text.Length && char.IsLetterOrDigit(text[end]))
                end++;
            var next = end;
            while (next < text.Length && !char.IsLetterOrDigit(text[next]))
                next++;
            if (end - i == 1)
            {
                run.Add((text[i], next - end));
            }
            else
            {
                Flush(joined, run);
                joined.Append(text, i, next - i);
            }

            i = end - i == 1 ? next : Math.Max(next, end);
        }

        Flush(joined, run);
        return joined.ToString();
    }

    private static void Flush(StringBuilder joined, List<(char Letter, int Gap)> run)
    {
        var narrow = run.Count == 0 ? 0 : run.Min(letter => letter.Gap == 0 ? int.MaxValue : letter.Gap);
        foreach (var (letter, gap) in run)
        {
            joined.Append(letter);
            if (run.Count < FewestLetters || gap > narrow)
                joined.Append(' ');
        }

        if (run.Count > 0)
            joined.Append(' ');
        run.Clear();
    }
}
