using System.Net;
using System.Net.Sockets;

namespace CleanLlm.WebApi.OpenAi;

/// <summary>
/// Which IP addresses lead somewhere else than to a host of the internet, by IANA's registries of special-purpose addresses for IPv4
/// and IPv6 (RFC 6890), of multicast addresses and of IPv6's global unicast space.
/// </summary>
internal static class SpecialAddresses
{
    // The part of IPv6 that is given out for hosts of the internet. What stands for addresses of IPv4 is outside: mapped, compatible, NAT64.
    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] Special =
    [
        IPNetwork.Parse("0.0.0.0/8"), // this network
        IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"), // private use
        IPNetwork.Parse("100.64.0.0/10"), // between a carrier and its customers
        IPNetwork.Parse("127.0.0.0/8"), // loopback
        IPNetwork.Parse("169.254.0.0/16"), // link-local: metadata of clouds
        IPNetwork.Parse("192.0.0.0/24"), // protocol assignments
        IPNetwork.Parse("192.0.2.0/24"), IPNetwork.Parse("198.51.100.0/24"), IPNetwork.Parse("203.0.113.0/24"), // documentation
        IPNetwork.Parse("192.31.196.0/24"), IPNetwork.Parse("192.175.48.0/24"), // AS112, which answers for private names
        IPNetwork.Parse("192.52.193.0/24"), // multicast tunnels
        IPNetwork.Parse("192.88.99.0/24"), // relays of 6to4
        IPNetwork.Parse("198.18.0.0/15"), // benchmarks
        IPNetwork.Parse("224.0.0.0/4"), IPNetwork.Parse("240.0.0.0/4"), // multicast, reserved and broadcast

        IPNetwork.Parse("2001::/23"), // protocol assignments: Teredo, benchmarks, ORCHID
        IPNetwork.Parse("2001:db8::/32"), IPNetwork.Parse("3fff::/20"), // documentation
        IPNetwork.Parse("2002::/16"), // 6to4: any address of IPv4
        IPNetwork.Parse("2620:4f:8000::/48"), // AS112

        IPNetwork.Parse("168.63.129.16/32"), // in no registry: the host of a virtual machine at Azure
    ];

    /// <summary>Whether it is none that a host of the internet has.</summary>
    public static bool Contain(IPAddress address) => address.AddressFamily switch
    {
        AddressFamily.InterNetwork => Array.Exists(Special, network => network.Contains(address)),
        AddressFamily.InterNetworkV6 => address.IsIPv4MappedToIPv6 || !GlobalUnicast.Contains(address) || Array.Exists(Special, network => network.Contains(address)),
        _ => true,
    };
}
