using System.Text;
using CleanLlm.Application.Prompting;

namespace CleanLlm.Application.Chats.Titles;

/// <summary>Makes a title of what a model or a person wrote.</summary>
internal static class TitleText
{
    /// <summary>The longest title, in characters.</summary>
    public const int MaxLength = 80;

    private const string Quotes = "\"`*#“”„‟«»‹›「」『』";
    private const string Edges = " '’‘‚-–—:;,.";

    /// <summary>One line of at most <see cref="MaxLength"/> characters without quotes and control characters; null when nothing is left.</summary>
    public static string? Of(string text)
    {
        var line = TextSanitizer.Clean(text, out _)
            .Split(['\n', '\r', '\u0085', '\u2028', '\u2029'])
            .Select(Plain)
            .FirstOrDefault(plain => plain.Length > 0);
        return line is null ? null : Cut(line);
    }

    private static string Plain(string line)
    {
        var plain = new StringBuilder(line.Length);
        foreach (var letter in line)
        {
            if (char.IsWhiteSpace(letter) || char.IsControl(letter))
                plain.Append(plain.Length > 0 && plain[^1] != ' ' ? " " : "");
            else if (!Quotes.Contains(letter, StringComparison.Ordinal))
                plain.Append(letter);
        }

        return plain.ToString().Trim([.. Edges]);
    }

    // At a word's end where there is one, never inside a character of two units.
    private static string Cut(string line)
    {
        if (line.Length <= MaxLength)
            return line;
        var end = line.LastIndexOf(' ', MaxLength);
        if (end < MaxLength / 2)
            end = char.IsHighSurrogate(line[MaxLength - 1]) ? MaxLength - 1 : MaxLength;
        return line[..end].TrimEnd([.. Edges]);
    }
}
