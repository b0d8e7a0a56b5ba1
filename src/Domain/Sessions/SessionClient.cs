using System.Net;
using System.Net.Sockets;

namespace CleanLlm.Domain.Sessions;

/// <summary>The client that a caller acts from.</summary>
/// <param name="Address">The network address; null when it is not known.</param>
/// <param name="Device">The name that the caller's program gives; null for none.</param>
public readonly record struct SessionClient(string? Address, string? Device)
{
    private const int NetworkBytes = 8;

    /// <summary>
    /// The address as far as it tells callers apart: of IPv6 the first 64 bits, because a holder of one address there has them all
    /// (RFC 6177). <c>unknown</c> without an address.
    /// </summary>
    public string Network => NetworkOf(Address);

    /// <inheritdoc cref="Network" />
    public static string NetworkOf(string? address)
    {
        if (!IPAddress.TryParse(address, out var parsed))
            return "unknown";
        if (parsed.IsIPv4MappedToIPv6)
            return parsed.MapToIPv4().ToString();
        if (parsed.AddressFamily != AddressFamily.InterNetworkV6)
            return parsed.ToString();

        var bytes = parsed.GetAddressBytes();
        Array.Clear(bytes, NetworkBytes, bytes.Length - NetworkBytes);
        return $"{new IPAddress(bytes)}/64";
    }
}
