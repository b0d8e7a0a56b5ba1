using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CleanLlm.Testing.Upstream;

namespace CleanLlm.WebApi.FunctionalTests.Ai.Routing;

/// <summary>The AI services of this folder's tests, which are there before any program is configured for them.</summary>
[SetUpFixture]
internal sealed class FaultyUpstreams
{
    private static readonly TcpListener Silent = new(IPAddress.Loopback, 0);

    /// <summary>One service.</summary>
    public static ScriptedUpstream First { get; private set; } = null!;

    /// <summary>Another one.</summary>
    public static ScriptedUpstream Second { get; private set; } = null!;

    /// <summary>Takes connections and never reads them.</summary>
    public static Uri BlackHole { get; private set; } = null!;

    /// <summary>Nobody listens there.</summary>
    public static Uri Nobody { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        (First, Second) = (await ScriptedUpstream.StartAsync(), await ScriptedUpstream.StartAsync());
        Silent.Start();
        BlackHole = new Uri($"http://{Silent.LocalEndpoint}/v1");
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        Nobody = new Uri($"http://{probe.LocalEndpoint}/v1");
        probe.Stop();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        Silent.Dispose();
        await First.DisposeAsync();
        await Second.DisposeAsync();
    }

    /// <summary>The settings of a provider with one model, beyond those that every program of the tests has.</summary>
    public static Dictionary<string, string> Provider(int index, string name, Uri address, string model, string? upstreamModel = null, int priority = 0)
    {
        var at = $"Ai:Providers:{(100 + index).ToString(CultureInfo.InvariantCulture)}";
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [$"{at}:Name"] = name,
            [$"{at}:BaseUrl"] = address.ToString(),
            [$"{at}:Priority"] = priority.ToString(CultureInfo.InvariantCulture),
            [$"{at}:TimeoutSeconds"] = "3",
            [$"{at}:FirstByteTimeoutSeconds"] = "2",
            [$"{at}:IdleTimeoutSeconds"] = "2",
            [$"{at}:MaxAnswerBytes"] = "100000",
            [$"{at}:Models:0:Id"] = model,
            [$"{at}:Models:0:UpstreamId"] = upstreamModel ?? model,
            [$"{at}:Models:0:Price:Prompt"] = (index + 1).ToString(CultureInfo.InvariantCulture),
            [$"{at}:Models:0:Price:Completion"] = (index + 1).ToString(CultureInfo.InvariantCulture),
        };
    }
}
