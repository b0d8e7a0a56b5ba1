using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;

namespace CleanLlm.Testing.Databases;

/// <summary>A Redis of one test, to be frozen and killed.</summary>
public sealed class OwnRedis : IAsyncDisposable
{
    private readonly int port;
    private readonly bool isCluster;
    private Process process;

    private OwnRedis(int port, bool isCluster) => (this.port, this.isCluster, process) = (port, isCluster, Run(port, isCluster));

    /// <summary>Its <c>host:port</c>.</summary>
    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");

    /// <summary>Starts one on a free port and waits until it answers.</summary>
    /// <param name="isCluster">Whether it is the one node of a cluster, and so refuses what needs keys of several slots.</param>
    public static async Task<OwnRedis> StartAsync(bool isCluster = false)
    {
        var redis = new OwnRedis(LoopbackPort.Free(), isCluster);
        try
        {
            await redis.AnsweredAsync();
            return redis;
        }
        catch
        {
            await redis.DisposeAsync();
            throw;
        }
    }

    /// <summary>It keeps its connections and answers nothing.</summary>
    public Task FreezeAsync() => SignalAsync("STOP");

    /// <summary>It resumes after a freeze.</summary>
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
        process = Run(port, isCluster);
        await AnsweredAsync();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            await KillAsync();
        process.Dispose();
        File.Delete(NodesFile(port));
    }

    private static string NodesFile(int at) => Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"cleanllm-redis-{at}.conf"));

    private static Process Run(int at, bool isCluster) => Process.Start(new ProcessStartInfo(
        "redis-server",
        [
            "--port", at.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--loglevel", "warning",
            .. isCluster ? (string[])["--cluster-enabled", "yes", "--cluster-config-file", NodesFile(at), "--cluster-port", LoopbackPort.Free().ToString(CultureInfo.InvariantCulture)] : [],
        ])
    {
        UseShellExecute = false,
        RedirectStandardOutput = true,
        WorkingDirectory = Path.GetTempPath(),
    })!;

    private async Task AnsweredAsync()
    {
        var settings = ConfigurationOptions.Parse($"{ConnectionString},connectTimeout=5000,asyncTimeout={Patience.Slack.TotalMilliseconds},abortConnect=true,connectRetry=1,allowAdmin=true");
        using var deadline = Patience.Deadline();
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            try
            {
                await using var connection = await ConnectionMultiplexer.ConnectAsync(settings);
                if (isCluster)
                    await MakeClusterAsync(connection.GetServers()[0]);
                return;
            }
            catch (RedisConnectionException) when (!process.HasExited)
            {
                // Still starting.
                await poll.WaitForNextTickAsync(deadline.Token);
            }
        }
    }

    // It serves nothing until it has seen that all slots are its own, which takes it two seconds.
    private static async Task MakeClusterAsync(IServer node)
    {
        await node.ExecuteAsync("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
        using var deadline = Patience.Deadline();
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (((string?)await node.ExecuteAsync("CLUSTER", "INFO"))?.Contains("cluster_state:ok", StringComparison.Ordinal) != true)
            await poll.WaitForNextTickAsync(deadline.Token);
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }
}
