using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CleanLlm.Testing;
using CleanLlm.Testing.Upstream;

namespace CleanLlm.WebApi.FunctionalTests.Ai.Routing;

/// <summary>The AI services of this folder's tests, which are there before any program is configured for them.</summary>
[SetUpFixture]
internal sealed class FaultyUpstreams
{
    private static readonly TcpListener Silent = new(IPAddress.Loopback, 0);
    private static readonly Socket Refusing = LoopbackPort.Refusing();

    /// <summary>One service.</summary>
    public static ScriptedUpstream First { get; private set; } = null!;

    /// <summary>Another one.</summary>
    public static ScriptedUpstream Second { get; private set; } = null!;

    /// <summary>Takes connections and never reads them.</summary>
    public static Uri BlackHole { get; private set; } = null!;

    /// <summary>No server listens there.</summary>
    public static Uri Nobody { get; } = new($"http://{Refusing.LocalEndPoint}/v1");

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        (First, Second) = (await ScriptedUpstream.StartAsync(), await ScriptedUpstream.StartAsync());
        Silent.Start();
        BlackHole = new Uri($"http://{Silent.LocalEndpoint}/v1");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        Silent.Dispose();
        Refusing.Dispose();
        await First.DisposeAsync();
        await Second.DisposeAsync();
    }

    /// <summary>
    /// The settings of a provider with one model, beyond those that every program of the tests has. It is waited for as long as a busy machine
    /// may need, unless a test is about just that.
    /// </summary>
    public static Dictionary<string, string> Provider(int index, string name, Uri address, string model, string? upstreamModel = null, int priority = 0, int timeoutSeconds = 60)
    {
        var at = $"Ai:Providers:{(100 + index).ToString(CultureInfo.InvariantCulture)}";
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [$"{at}:Name"] = name,
            [$"{at}:BaseUrl"] = address.ToString(),
            [$"{at}:Priority"] = priority.ToString(CultureInfo.InvariantCulture),
            [$"{at}:TimeoutSeconds"] = timeoutSeconds.ToString(CultureInfo.InvariantCulture),
            [$"{at}:FirstByteTimeoutSeconds"] = (timeoutSeconds - 1).ToString(CultureInfo.InvariantCulture),
            [$"{at}:IdleTimeoutSeconds"] = (timeoutSeconds - 1).ToString(CultureInfo.InvariantCulture),
            [$"{at}:MaxAnswerBytes"] = "100000",
            [$"{at}:Models:0:Id"] = model,
            [$"{at}:Models:0:UpstreamId"] = upstreamModel ?? model,
            [$"{at}:Models:0:Price:Prompt"] = (index + 1).ToString(CultureInfo.InvariantCulture),
            [$"{at}:Models:0:Price:Completion"] = (index + 1).ToString(CultureInfo.InvariantCulture),
        };
    }
}
