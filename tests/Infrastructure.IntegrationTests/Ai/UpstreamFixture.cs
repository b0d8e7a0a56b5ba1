using CleanLlm.Testing.Upstream;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai;

/// <summary>One server of each kind for all tests of this folder.</summary>
[SetUpFixture]
internal sealed class UpstreamFixture
{
    public static ScriptedUpstream Upstream { get; private set; } = null!;

    public static ScriptedPredict Predict { get; private set; } = null!;

    public static ScriptedGrpc Grpc { get; private set; } = null!;

    /// <summary>What the server of a kind saw of a model.</summary>
    public static UpstreamModel Model(string kind, string name) => kind switch
    {
        "OpenAi" => Upstream.Model(name),
        "Predict" => Predict.Model(name),
        _ => Grpc.Model(name),
    };

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        Upstream = await ScriptedUpstream.StartAsync();
        Predict = await ScriptedPredict.StartAsync();
        Grpc = await ScriptedGrpc.StartAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await Upstream.DisposeAsync();
        await Predict.DisposeAsync();
        await Grpc.DisposeAsync();
    }
}
