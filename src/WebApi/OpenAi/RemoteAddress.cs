using System.Buffers;
using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;

namespace CleanLlm.WebApi.OpenAi;

/// <summary>
/// An address that a caller has a provider fetch from. Callers must not have it fetch from its own network, however they
/// spell that.
/// </summary>
internal static class RemoteAddress
{
    // A user's name before the host, an escape in it and a backslash are read in one way here and in another elsewhere.
    private static readonly SearchValues<char> Ambiguous = SearchValues.Create("@%\\");

    /// <summary>
    /// Last labels of names that are none of the internet's: of RFC 6761, 6762, 7686, 8375 and 9476, ICANN's <c>internal</c>, those of ICANN's
    /// list of name collisions that are never given out, and what networks and clusters use beside them. A cluster finds <c>service.namespace</c> too:
    /// usual names of namespaces are here, and names with a dash, which no zone of the internet has but those of other scripts.
    /// </summary>
    private static readonly FrozenSet<string> LocalZones = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "localhost", "localdomain", "local", "internal", "intranet", "intra", "private", "corp", "home", "lan", "mail", "domain", "workgroup",
        "arpa", "test", "invalid", "example", "alt", "onion", "svc", "consul", "docker", "kubernetes", "pod", "cluster", "default", "production", "staging",
        "development", "monitoring", "observability", "ingress", "models", "inference", "ollama", "vllm");

    /// <summary>
    /// Reads an address of http or https. Without <paramref name="allowPrivate"/> its host is a name in a public zone or an address of the
    /// internet (<see cref="SpecialAddresses"/>) at the scheme's own port. The provider's resolver decides what a name stands for, so a
    /// provider that fetches should be kept from its own network as well.
    /// </summary>
    /// <returns>Null when it is no such address.</returns>
    public static Uri? Read(string address, bool allowPrivate)
    {
        if (!IsPlain(address) || !Uri.TryCreate(address, UriKind.Absolute, out var uri))
            return null;
        if (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp)
            return null;
        return allowPrivate || (uri.IsDefaultPort && IsPublic(uri)) ? uri : null;
    }

    /// <summary>Whether all parsers find the same host in it.</summary>
    private static bool IsPlain(string address)
    {
        foreach (var c in address)
        {
            if (char.IsControl(c) || char.IsWhiteSpace(c))
                return false;
        }

        var start = address.IndexOf("://", StringComparison.Ordinal);
        if (start < 0)
            return false;
        var rest = address.AsSpan(start + 3);
        var end = rest.IndexOfAny('/', '?', '#');
        return rest.Length > 0 && end != 0 && (end < 0 ? rest : rest[..end]).IndexOfAny(Ambiguous) < 0;
    }

    private static bool IsPublic(Uri uri)
    {
        // As names are looked up: wide forms and foreign scripts are brought into ASCII, other spellings of IPv4 into four numbers.
        var host = uri.IdnHost.Trim('[', ']');
        if (IPAddress.TryParse(host, out var ip))
            return (uri.HostNameType == UriHostNameType.IPv6) == (ip.AddressFamily == AddressFamily.InterNetworkV6) && !SpecialAddresses.Contain(ip);
        var labels = host.Split('.');
        return labels.Length > 1
            && Array.TrueForAll(labels, label => label.Length > 0)
            && !LocalZones.Contains(labels[^1])
            && (!labels[^1].Contains('-', StringComparison.Ordinal) || labels[^1].StartsWith("xn--", StringComparison.OrdinalIgnoreCase))
            // No zone begins with a digit: such a name is an address of IPv4 to some readers (WHATWG URL, "ends in a number").
            && !char.IsAsciiDigit(labels[^1][0]);
    }
}
