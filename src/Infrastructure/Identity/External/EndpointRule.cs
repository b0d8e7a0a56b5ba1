using Microsoft.Extensions.Hosting;

namespace CleanLlm.Infrastructure.Identity.External;

/// <summary>Secrets and codes go over TLS (RFC 6749, 3.1 and 3.2); in Development a provider may run on the same machine without it.</summary>
internal static class EndpointRule
{
    /// <summary>Whether an address may be called.</summary>
    public static bool Allows(string? address, IHostEnvironment environment) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri)
        && uri is { UserInfo.Length: 0, Fragment.Length: 0 }
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback && !environment.IsProduction()));
}
