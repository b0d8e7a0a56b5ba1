using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace CleanLlm.Testing.Upstream;

/// <summary>A model's server on loopback: the name of the model chooses what it does, and what it saw is kept by model.</summary>
public abstract class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, UpstreamModel> models = new(StringComparer.Ordinal);

    private protected ScriptedServer(WebApplication app) => this.app = app;

    /// <summary>The address to configure.</summary>
    public Uri BaseUrl { get; private set; } = null!;

    /// <summary>What the server saw of a model; made when first asked for.</summary>
    public UpstreamModel Model(string name) => models.GetOrAdd(name, static _ => new UpstreamModel());

    /// <summary>Opens the gate of one model permanently.</summary>
    public void Release(string model) => Model(model).Open();

    /// <summary>Opens all gates that calls have met so far.</summary>
    public void Release()
    {
        foreach (var model in models.Values)
            model.Open();
    }

    /// <summary>Resets all connections and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        Release();
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>A server to be: on a free port, without logs, and patient with clients that read slowly.</summary>
    private protected static WebApplicationBuilder Builder(Action<ListenOptions> listen)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen);
            kestrel.Limits.MinResponseDataRate = null;
        });
        return builder;
    }

    /// <summary>Begins to listen.</summary>
    /// <param name="path">What the address to configure ends in.</param>
    private protected async Task ListenAsync(string path = "")
    {
        await app.StartAsync();
        BaseUrl = new Uri(app.Urls.First() + path);
    }
}
