using System.Buffers;
using System.Collections.Frozen;

namespace CleanLlm.Application.Answers.Links;

/// <summary>The hosts to which answers may lead.</summary>
/// <param name="allowed">As configured.</param>
internal sealed class Hosts(IReadOnlyList<string> allowed)
{
    private const string Any = "*.";

    private static readonly SearchValues<char> Name = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-.");

    private readonly FrozenSet<string> names = allowed.Where(host => !host.StartsWith(Any, StringComparison.Ordinal)).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    private readonly string[] above = [.. allowed.Where(host => host.StartsWith(Any, StringComparison.Ordinal)).Select(host => host[1..].ToLowerInvariant())];

    /// <summary>Whether a setting names a host, or those below one.</summary>
    public static bool IsPattern(string host) =>
        (host.StartsWith(Any, StringComparison.Ordinal) ? host[Any.Length..] : host) is { Length: > 0 and <= 253 } name
        && IsName(name.ToLowerInvariant()) && Uri.CheckHostName(name) is UriHostNameType.Dns or UriHostNameType.IPv4;

    /// <summary>Whether it is a name that is read in one way only: lower case, without escapes and other scripts.</summary>
    public static bool IsName(ReadOnlySpan<char> host) => !host.IsEmpty && host.IndexOfAnyExcept(Name) < 0;

    /// <summary>Whether answers may lead there.</summary>
    /// <param name="host">The host, in lower case.</param>
    public bool Allow(string host) => IsName(host) && (names.Contains(host) || Array.Exists(above, end => host.EndsWith(end, StringComparison.Ordinal) && host.Length > end.Length));
}
