using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace CleanLlm.WebApi.Http;

/// <summary>Believes forwarded headers of the configured proxies, and of no others.</summary>
internal static class TrustedProxies
{
    /// <summary>Takes over the framework's options, whatever the environment says about them.</summary>
    public static IServiceCollection AddTrustedProxies(this IServiceCollection services)
    {
        services.AddOptions<ForwardedHeadersOptions>().PostConfigure<IOptions<HttpOptions>>((forwarded, http) =>
        {
            // Loopback is trusted by default, and with both lists empty every address is.
            forwarded.KnownProxies.Clear();
            forwarded.KnownIPNetworks.Clear();
            foreach (var network in http.Value.ProxyNetworks)
                forwarded.KnownIPNetworks.Add(network);
            forwarded.ForwardLimit = http.Value.ForwardLimit;
            forwarded.ForwardedHeaders = forwarded.KnownIPNetworks.Count == 0
                ? ForwardedHeaders.None
                : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto
                    | (http.Value.TrustForwardedHost ? ForwardedHeaders.XForwardedHost : ForwardedHeaders.None);
        });
        return services;
    }

    /// <summary>First of all: everything after it sees the caller's own address and scheme.</summary>
    public static IApplicationBuilder UseTrustedProxies(this IApplicationBuilder app) =>
        app.ApplicationServices.GetRequiredService<IOptions<HttpOptions>>().Value.TrustedProxies.Count > 0 ? app.UseForwardedHeaders() : app;
}
