using CleanLlm.Application.Settings;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace CleanLlm.WebApi.Http;

/// <summary>Registers how requests are read and failures are answered.</summary>
internal static class HttpRegistration
{
    private static readonly TimeSpan SlowBodyGrace = TimeSpan.FromSeconds(5);

    // What is left of the time to leave once the host has stopped: the container's parts are disposed of.
    private static readonly TimeSpan ExitTime = TimeSpan.FromSeconds(0.9);

    /// <summary>JSON, limits of connections and requests, trusted proxies, CORS, and problem documents.</summary>
    public static IServiceCollection AddHttp(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<HttpOptions>(configuration, "Http");
        services.AddOptions<JsonOptions>().Configure<IOptions<HttpOptions>>((json, http) => ApiJson.Configure(json.SerializerOptions, http.Value));
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<HttpOptions>>((kestrel, http) => Limit(kestrel, http.Value));
        // A write is sent on the writer's own thread, and what is received is read without a further switch to the pool: a step that blocks keeps a thread of the pool, and no socket's.
        services.Configure<SocketTransportOptions>(static sockets => sockets.UnsafePreferInlineScheduling = true);
        services.AddOptions<HostOptions>().Configure<IOptions<HttpOptions>>((host, http) =>
            host.ShutdownTimeout = TimeSpan.FromSeconds(http.Value.ShutdownSeconds) - ExitTime);
        services.AddSingleton<Departure>();
        services.AddHostedService<OrderlyShutdown>();
        services.AddHostedService<SecondSignal>();
        services.AddTrustedProxies().AddCorsList(configuration).AddAddressLimits(configuration);
        services.AddSingleton<ResponseHygiene>();
        services.AddSingleton<RequestRates>();

        // In every environment, so that the failure handler sees what is wrong with a body.
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.AddQuietLogs();
        return services.AddExceptionHandler<FailureHandler>();
    }

    /// <summary>Every failure on the way to an endpoint and back leaves as a problem document.</summary>
    public static IApplicationBuilder UseProblems(this IApplicationBuilder app) => app
        .UseExceptionHandler(static _ => { })
        .UseStatusCodePages(static pages =>
        {
            HeadRequests.Allow(pages.HttpContext.Response.Headers);
            return StatusProblems.Of(pages.HttpContext.Response.StatusCode, pages.HttpContext).WriteAsync(pages.HttpContext);
        });

    private static void Limit(KestrelServerOptions kestrel, HttpOptions http)
    {
        kestrel.AddServerHeader = false;
        var limits = kestrel.Limits;
        limits.MaxConcurrentConnections = http.MaxConnections;
        limits.MaxRequestBodySize = BodyLimits.MostRead;
        limits.MinRequestBodyDataRate = new MinDataRate(http.MinBodyBytesPerSecond, SlowBodyGrace);
        limits.MaxRequestLineSize = http.MaxRequestLineBytes;
        limits.MaxRequestHeaderCount = http.MaxHeaders;
        limits.MaxRequestHeadersTotalSize = http.MaxHeaderBytes;
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(http.KeepAliveSeconds);
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(http.HeaderSeconds);
    }
}
