using CleanLlm.Testing.Upstream;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai;

/// <summary>One upstream for all tests of this folder.</summary>
[SetUpFixture]
internal sealed class UpstreamFixture
{
    public static ScriptedUpstream Upstream { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => Upstream = await ScriptedUpstream.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await Upstream.DisposeAsync();
}
