using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace CleanLlm.Testing.Upstream;

/// <summary>
/// The reference server of docs/ai-contract/inference.proto on loopback, with scripts by the model's name:
/// <list type="table">
/// <item><c>ok</c>, <c>slow</c>, <c>hang</c>, <c>stall</c>, <c>no-usage</c>, <c>endless</c>: as <see cref="ScriptedUpstream"/></item>
/// <item><c>status-N</c>: the gRPC status N, RESOURCE_EXHAUSTED (8) with <c>retry-after: 1</c>; <c>status-8-after-S</c>: with S</item>
/// <item><c>flaky-N-K</c>: that status K times, then answers; <c>reset</c>: resets the connection</item>
/// <item><c>malformed</c>: no message of the contract; <c>huge</c>: a message of 9 MiB; <c>error</c>: a status inside the stream</item>
/// <item><c>cut-off</c>: half of the answer, then a reset after <see cref="Release"/>; <c>lax</c>: answers an empty prompt</item>
/// </list>
/// </summary>
public sealed class ScriptedGrpc : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, UpstreamModel> models = new(StringComparer.Ordinal);

    private ScriptedGrpc(WebApplication app) => this.app = app;

    /// <summary>The address to configure.</summary>
    public Uri BaseUrl { get; private set; } = null!;

    /// <summary>Listens on a free port of loopback, HTTP/2 without TLS.</summary>
    public static async Task<ScriptedGrpc> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Limits.MinResponseDataRate = null;
        });
        builder.Services.AddGrpc(options => options.MaxSendMessageSize = null);
        builder.Services.AddGrpcHealthChecks(options => options.Services.Map("cleanllm.inference.v1.Inference", _ => true))
            .AddCheck("model", () => HealthCheckResult.Healthy());
        builder.Services.Configure<HealthCheckPublisherOptions>(options => options.Delay = TimeSpan.Zero);

        ScriptedGrpc? server = null;
        builder.Services.AddSingleton(_ => server!);
        server = new ScriptedGrpc(builder.Build());
        server.app.MapGrpcService<ScriptedInference>();
        server.app.MapGrpcHealthChecksService();
        await server.app.StartAsync();
        server.BaseUrl = new Uri(server.app.Urls.First());
        return server;
    }

    /// <summary>What the server saw of a model; made when first asked for. Calls without a model are the model <c>ok</c>'s.</summary>
    public UpstreamModel Model(string name) => models.GetOrAdd(name, static _ => new UpstreamModel());

    /// <summary>Opens the gate of one model for good.</summary>
    public void Release(string model) => Model(model).Open();

    /// <summary>Resets all connections and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var model in models.Values)
            model.Open();
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
    }
}
