using System.Buffers;

namespace CleanLlm.Application.Prompting.Screening.Decoding;

/// <summary>Markdown images and links whose address is to be filled with what the model knows.</summary>
internal static class Links
{
    private const int LongestAddress = 2_000;
    private const string Target = "](";

    private static readonly SearchValues<char> Placeholders = SearchValues.Create("{}[]<>$");

    /// <summary>Whether the text has one that has a place for data in its query or path.</summary>
    public static bool HasPlaceForData(string text)
    {
        for (var i = 0; text.AsSpan(i).IndexOf(Target, StringComparison.Ordinal) is >= 0 and var found;)
        {
            i += found + Target.Length;
            var rest = text.AsSpan(i, Math.Min(LongestAddress, text.Length - i));
            var length = rest.IndexOf(')');
            if (length > 0 && IsAddress(rest[..length]) && HasPlace(rest[..length]))
                return true;
        }

        return false;
    }

    private static bool IsAddress(ReadOnlySpan<char> address) => address.StartsWith("http", StringComparison.OrdinalIgnoreCase) || address.StartsWith("//", StringComparison.Ordinal);

    private static bool HasPlace(ReadOnlySpan<char> address) =>
        address.IndexOf('?') is >= 0 and var query && (address[query..].IndexOfAny(Placeholders) >= 0 || NamesData(address[(query + 1)..]));

    // A value in capitals alone stands for something else: ?q=CONVERSATION.
    private static bool NamesData(ReadOnlySpan<char> query)
    {
        foreach (var part in query.Split('&'))
        {
            var pair = query[part];
            var value = pair[(pair.IndexOf('=') + 1)..];
            if (value.Length >= 4 && value.IndexOfAnyExceptInRange('A', 'Z') is var other && (other < 0 || (value[other] == '_' && value.IndexOfAnyInRange('a', 'z') < 0)))
                return true;
        }

        return false;
    }
}
