namespace CleanLlm.Application.Accounts.External;

/// <summary>
/// Where a browser may be sent after a sign-in elsewhere: exactly the addresses of a list (RFC 9700, 2.1 and 4.1), compared as
/// text, so that no two parsers can disagree. The query is the front end's own.
/// </summary>
public static class ReturnUrls
{
    /// <summary>The longest address, in characters.</summary>
    public const int MaxLength = 2_000;

    // What an answer of a sign-in has (RFC 6749, 4.1.2; RFC 9207): a query that brought its own could pass a foreign code off as ours.
    private static readonly string[] Ours = ["code", "error", "error_description", "error_uri", "iss"];

    // The front end's own proof that it began the sign-in: once, and in no other spelling, so that it reads the one it wrote.
    private const string State = "state";

    /// <summary>Whether an address, apart from its query, is one of the list.</summary>
    public static bool Allow(IEnumerable<string> allowed, string? url)
    {
        if (url is not { Length: > 0 and <= MaxLength } || !url.All(IsPlain))
            return false;

        var question = url.IndexOf('?', StringComparison.Ordinal);
        var (address, query) = question < 0 ? (url, "") : (url[..question], url[(question + 1)..]);
        return IsAddress(address) && !HasOurs(query) && allowed.Contains(address, StringComparer.Ordinal);
    }

    /// <summary>Whether this can be an entry of the list: absolute, with a host, and without user info, query and fragment.</summary>
    public static bool IsAddress(string? url) =>
        url is { Length: > 0 and <= MaxLength }
        && url.All(IsPlain)
        && !url.Contains('?', StringComparison.Ordinal)
        && Uri.TryCreate(url, UriKind.Absolute, out var uri)
        && url.StartsWith($"{uri.Scheme}://", StringComparison.Ordinal)
        && uri is { Host.Length: > 0, UserInfo.Length: 0 }
        && !url.Contains('@', StringComparison.Ordinal);

    // Printable ASCII, without what browsers and servers read differently and without a fragment.
    private static bool IsPlain(char c) => c is > ' ' and < '\x7f' and not ('\\' or '#' or '"' or '<' or '>' or '^' or '`' or '{' or '|' or '}');

    private static bool HasOurs(string query)
    {
        var names = query.Split('&', ';').Select(pair => pair.Split('=')[0]).ToList();
        var stems = names.ConvertAll(name => StemOf(Uri.UnescapeDataString(name)));
        return stems.Exists(stem => Ours.Contains(stem, StringComparer.OrdinalIgnoreCase))
            || stems.Count(stem => string.Equals(stem, State, StringComparison.OrdinalIgnoreCase)) > (names.Contains(State, StringComparer.Ordinal) ? 1 : 0);
    }

    // Some parsers take code[], [code], code.x, code%00 and blanks around it for a list, an object or a text named code.
    private static string StemOf(string name) =>
        string.Concat(name.SkipWhile(letter => !IsOfName(letter)).TakeWhile(IsOfName));

    private static bool IsOfName(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-';
}
