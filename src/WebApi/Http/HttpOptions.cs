using System.ComponentModel.DataAnnotations;
using System.Net;

namespace CleanLlm.WebApi.Http;

/// <summary>The section <c>Http</c>: what connections and requests may be, which proxies to believe about them, and how long the program takes to leave.</summary>
internal sealed record HttpOptions : IValidatableObject
{
    /// <summary>Largest request body in bytes, as it comes and once unpacked, 413 beyond it. Default 524,288 (512 KiB).</summary>
    [Range(1_024, 64 * 1_024 * 1_024)]
    public long MaxBodyBytes { get; init; } = 512 * 1_024;

    /// <summary>Slowest request body in bytes a second, after five seconds; 408 below it. Default 240.</summary>
    [Range(1, 1_024 * 1_024)]
    public int MinBodyBytesPerSecond { get; init; } = 240;

    /// <summary>
    /// Seconds that a reader of an event stream gets for each 64 KiB that wait for it, before its connection is closed. What it reads goes
    /// on without it. Default 30.
    /// </summary>
    [Range(1, 3_600)]
    public int SlowReaderSeconds { get; init; } = 30;

    /// <summary>Deepest nesting of a JSON body, 400 beyond it. Default 32.</summary>
    [Range(4, 256)]
    public int MaxJsonDepth { get; init; } = 32;

    /// <summary>Connections at the same time; further ones are closed at once. Default 10,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>Longest request line in bytes. Default 8,192.</summary>
    [Range(1_024, 64 * 1_024)]
    public int MaxRequestLineBytes { get; init; } = 8 * 1_024;

    /// <summary>Headers of a request, 431 beyond it. Default 64.</summary>
    [Range(16, 1_000)]
    public int MaxHeaders { get; init; } = 64;

    /// <summary>All headers of a request together, in bytes, 431 beyond it. Default 32,768.</summary>
    [Range(4 * 1_024, 1_024 * 1_024)]
    public int MaxHeaderBytes { get; init; } = 32 * 1_024;

    /// <summary>Seconds for which a connection without a request is kept. Default 130: longer than the proxies in front keep theirs.</summary>
    [Range(1, 3_600)]
    public int KeepAliveSeconds { get; init; } = 130;

    /// <summary>Seconds within which the headers of a request must have come, 408 beyond it. Default 15.</summary>
    [Range(1, 600)]
    public int HeaderSeconds { get; init; } = 15;

    /// <summary>
    /// Seconds after SIGTERM for which everything is still accepted, while the readiness says 503 and connections end with their request: what
    /// balancers need to notice. Default 3; in Development 0.
    /// </summary>
    [Range(0, 300)]
    public int ShutdownGraceSeconds { get; init; } = 3;

    /// <summary>Seconds within which the process has left after SIGTERM, the grace included. Default 30.</summary>
    [Range(1, 600)]
    public int ShutdownSeconds { get; init; } = 30;

    /// <summary>
    /// Addresses or networks (<c>10.0.0.0/8</c>) of the proxies in front. Only what they say in <c>X-Forwarded-For</c> and
    /// <c>X-Forwarded-Proto</c> is believed; without any nothing is.
    /// </summary>
    public IList<string> TrustedProxies { get; init; } = [];

    /// <summary>Proxies that a request passes at most; entries further to the left are never believed. Default 1.</summary>
    [Range(1, 16)]
    public int ForwardLimit { get; init; } = 1;

    /// <summary>Whether <c>X-Forwarded-Host</c> of those proxies is believed too. Default false.</summary>
    public bool TrustForwardedHost { get; init; }

    /// <summary>Seconds for which browsers must come by https only, once they came so (RFC 6797); 0 says nothing. Default 31,536,000 (a year).</summary>
    [Range(0, 63_072_000)]
    public int HstsSeconds { get; init; } = 31_536_000;

    /// <summary>Whether that holds for all names below the host's too. Default true.</summary>
    public bool HstsIncludeSubDomains { get; init; } = true;

    /// <summary>The trusted proxies, an address as the network of itself.</summary>
    internal IEnumerable<IPNetwork> ProxyNetworks => TrustedProxies.Select(text => ProxyNetwork(text)!.Value);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        from entry in TrustedProxies.Select((text, index) => (Text: text, Index: index))
        where ProxyNetwork(entry.Text) is not { PrefixLength: > 0 }
        select new ValidationResult(
            $"Http:TrustedProxies:{entry.Index} must be an address or a network such as 10.0.0.0/8, and not all addresses.", [nameof(TrustedProxies)]);

    private static IPNetwork? ProxyNetwork(string? text) =>
        IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : IPNetwork.TryParse(text, out var network) ? network
        : null;
}
