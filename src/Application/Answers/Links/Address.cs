using System.Net;

namespace CleanLlm.Application.Answers.Links;

/// <summary>An address as browsers read it, which is not as it is written: with escapes, entities, breaks and slashes of both kinds (WHATWG URL, CommonMark).</summary>
/// <param name="Host">The host in lower case; empty where it cannot be told.</param>
/// <param name="CarriesData">Whether it can tell its host more than that it is fetched.</param>
internal readonly record struct Address(string Host, bool CarriesData)
{
    private const int LongPath = 64;
    private const int LongHost = 64;
    private const int LongLabel = 32;

    private static readonly string[] Fetched = ["http", "https", "ftp", "ws", "wss"];

    /// <summary>The readings of an address; none for one that stays on its own host, or leads to none.</summary>
    public static IEnumerable<Address> Of(string written)
    {
        if (Read(written.Replace('\\', '/')) is { } first)
            yield return first;
        // In Markdown and JSON a backslash only guards what follows.
        if (written.Contains('\\', StringComparison.Ordinal) && Read(written.Replace("\\", "", StringComparison.Ordinal)) is { } other)
            yield return other;
    }

    private static Address? Read(string written)
    {
        // Twice: HTML inside of Markdown.
        var text = string.Concat(WebUtility.HtmlDecode(WebUtility.HtmlDecode(written)).Where(c => c > ' ' && !char.IsControl(c)));
        var rest = text.AsSpan();
        var end = rest.IndexOfAny('/', '?', '#');
        var head = end < 0 ? rest : rest[..end];
        // An entity that is not known here is to a browser: &colon; or &sol;.
        if (head.Contains('&'))
            return new Address("", CarriesData: true);
        if (head.IndexOf(':') is > 0 and var colon && IsScheme(head[..colon]))
        {
            var slashes = CountSlashes(rest[(colon + 1)..]);
            if (slashes < 2 && !IsFetched(head[..colon]))
                return null;
            return Split(rest[(colon + 1 + slashes)..]);
        }

        return CountSlashes(rest) is >= 2 and var leading ? Split(rest[leading..]) : null;
    }

    private static Address Split(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAny('/', '?', '#');
        var authority = end < 0 ? text : text[..end];
        var rest = end < 0 ? default : text[end..];
        var user = authority.LastIndexOf('@');
        var host = authority[(user + 1)..];
        if (host.LastIndexOf(':') is >= 0 and var port && host[(port + 1)..].IndexOfAnyExceptInRange('0', '9') < 0)
            host = host[..port];
        var name = host.TrimEnd('.').ToString().ToLowerInvariant();
        var query = rest.IndexOf('?');
        var path = query >= 0 ? rest[..query] : rest.IndexOf('#') is >= 0 and var fragment ? rest[..fragment] : rest;
        var carriesData = user > 0 || query >= 0 || path.Length > LongPath || !Hosts.IsName(name) || name.Length > LongHost || Array.Exists(name.Split('.'), label => label.Length > LongLabel);
        return new Address(Hosts.IsName(name) ? name : "", carriesData);
    }

    private static bool IsScheme(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '-' or '.'))
                return false;
        }

        return char.IsAsciiLetter(text[0]);
    }

    // One slash or none is enough for these.
    private static bool IsFetched(ReadOnlySpan<char> scheme)
    {
        foreach (var known in Fetched)
        {
            if (scheme.Equals(known, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    private static int CountSlashes(ReadOnlySpan<char> text) => text.IndexOfAnyExcept('/') is >= 0 and var count ? count : text.Length;
}
