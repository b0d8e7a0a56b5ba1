using System.Buffers;

namespace CleanLlm.Domain.Templates;

/// <summary>The places <c>{{name}}</c> where the text of a template refers to its parameters.</summary>
internal static class TemplateReferences
{
    /// <summary>What a name is made of.</summary>
    public static readonly SearchValues<char> NameCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    private const string Opening = "{{";
    private const string Closing = "}}";

    /// <summary>The names that the text refers to; null when it holds <c>{{</c> without a name and <c>}}</c> behind it.</summary>
    public static HashSet<string>? Of(ReadOnlySpan<char> text)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        while (text.IndexOf(Opening) is >= 0 and var start)
        {
            text = text[(start + Opening.Length)..];
            var end = text.IndexOfAnyExcept(NameCharacters);
            if (end <= 0 || !text[end..].StartsWith(Closing))
                return null;
            names.Add(text[..end].ToString());
            text = text[(end + Closing.Length)..];
        }

        return names;
    }
}
