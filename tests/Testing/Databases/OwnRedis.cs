using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace CleanLlm.Testing.Databases;

/// <summary>A Redis of one test, to be frozen and killed.</summary>
public sealed class OwnRedis : IAsyncDisposable
{
    private const int Attempts = 100;

    private readonly int port;
    private Process process;

    private OwnRedis(int port, Process process) => (this.port, this.process) = (port, process);

    /// <summary>Its <c>host:port</c>.</summary>
    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");

    /// <summary>Starts one on a free port and waits until it answers.</summary>
    public static async Task<OwnRedis> StartAsync()
    {
        var free = FreePort();
        var redis = new OwnRedis(free, Run(free));
        await redis.AnsweredAsync();
        return redis;
    }

    /// <summary>It keeps its connections and answers nothing.</summary>
    public Task FreezeAsync() => SignalAsync("STOP");

    /// <summary>It goes on as if nothing had been.</summary>
    public Task ThawAsync() => SignalAsync("CONT");

    /// <summary>Kills it.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Starts a killed one again, empty, at the same port.</summary>
    public async Task RestartAsync()
    {
        process.Dispose();
        process = Run(port);
        await AnsweredAsync();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            await KillAsync();
        process.Dispose();
    }

    private static Process Run(int at) => Process.Start(new ProcessStartInfo(
        "redis-server",
        ["--port", at.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--loglevel", "warning"])
    {
        UseShellExecute = false,
        RedirectStandardOutput = true,
        WorkingDirectory = Path.GetTempPath(),
    })!;

    private async Task AnsweredAsync()
    {
        var settings = ConfigurationOptions.Parse($"{ConnectionString},connectTimeout=200,abortConnect=true,connectRetry=1");
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = await ConnectionMultiplexer.ConnectAsync(settings);
                return;
            }
            catch (RedisConnectionException) when (attempt < Attempts)
            {
                // Still starting.
            }
        }
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
