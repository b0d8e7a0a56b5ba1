using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CleanLlm.Testing.Upstream;

/// <summary>
/// The reference server of docs/ai-contract/inference.proto on loopback, with scripts by the model's name:
/// <list type="table">
/// <item><c>ok</c>, <c>slow</c>, <c>hang</c>, <c>stall</c>, <c>no-usage</c>, <c>endless</c>: as <see cref="ScriptedUpstream"/></item>
/// <item><c>status-N</c>: the gRPC status N, RESOURCE_EXHAUSTED (8) with <c>retry-after: 1</c>; <c>status-8-after-S</c>: with S</item>
/// <item><c>says-N-TEXT</c>: the status N with that detail</item>
/// <item><c>flaky-N-K</c>: that status K times, then answers; <c>reset</c>: resets the connection</item>
/// <item><c>malformed</c>: no message of the contract; <c>huge</c>: a message of 9 MiB; <c>error</c>: a status inside the stream</item>
/// <item><c>cut-off</c>: half of the answer, then a reset after <see cref="ScriptedServer.Release(string)"/>; <c>lax</c>: answers an empty prompt</item>
/// <item><c>silent-N</c>: no text, and the finish reason N</item>
/// </list>
/// Calls without a model are the model <c>ok</c>'s.
/// </summary>
public sealed class ScriptedGrpc : ScriptedServer
{
    private ScriptedGrpc(WebApplication app)
        : base(app)
    {
    }

    /// <summary>Listens on a free port of loopback, HTTP/2 without TLS.</summary>
    public static async Task<ScriptedGrpc> StartAsync()
    {
        var builder = Builder(listen => listen.Protocols = HttpProtocols.Http2);
        builder.Services.AddGrpc(options => options.MaxSendMessageSize = null);
        builder.Services.AddGrpcHealthChecks(options => options.Services.Map("cleanllm.inference.v1.Inference", _ => true))
            .AddCheck("model", () => HealthCheckResult.Healthy());
        builder.Services.Configure<HealthCheckPublisherOptions>(options => options.Delay = TimeSpan.Zero);

        ScriptedGrpc? server = null;
        builder.Services.AddSingleton(_ => server!);
        var app = builder.Build();
        app.MapGrpcService<ScriptedInference>();
        app.MapGrpcHealthChecksService();
        server = new ScriptedGrpc(app);
        await server.ListenAsync();
        return server;
    }
}
