using CleanLlm.Application.Ai;
using CleanLlm.Infrastructure.Ai.Routing;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai.Routing;

/// <summary>What routing costs a call that has nothing to be routed around.</summary>
internal sealed class RoutingCostTests
{
    private const int Calls = 10_000;

    [Test]
    public async Task Call_WhenWarm_AllocatesLittle()
    {
        await using var routed = new RoutedServices(2, TimeProvider.System);
        var router = routed.Ai.Get<Router>();
        var call = new RoutedCall { Candidates = await routed.CandidatesAsync() };
        for (var i = 0; i < 100; i++)
            await OneAsync(router, call);

        var watch = System.Diagnostics.Stopwatch.StartNew();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Calls; i++)
            await OneAsync(router, call);

        var bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / Calls;
        TestContext.Out.WriteLine($"Routing a call: {bytes} bytes, {watch.Elapsed.TotalMicroseconds / Calls:0.0} µs.");
        bytes.Should().BeLessThan(4_000);
    }

    [Test]
    public async Task Piece_OfAStream_AllocatesNothing()
    {
        await using var routed = new RoutedServices(1, TimeProvider.System);
        var call = new RoutedCall { Candidates = await routed.CandidatesAsync() };
        using var route = await routed.Ai.Get<Router>().BeginAsync("chat", call, serves: null, default);
        await using var stream = await Router.OpenAsync(route, (_, _) => PiecesAsync(), static _ => 10);
        stream.Advance(await stream.NextAsync());

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Calls; i++)
            stream.Advance(await stream.NextAsync());

        var bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Calls;
        TestContext.Out.WriteLine($"Routing a piece of a stream: {bytes:0.00} bytes.");
        bytes.Should().BeLessThan(1);
    }

    private static async Task OneAsync(Router router, RoutedCall call)
    {
        using var route = await router.BeginAsync("chat", call, serves: null, default);
        await Router.CallAsync(route, static (_, _) => Task.FromResult(true));
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> PiecesAsync()
    {
        var piece = new ChatResponseUpdate(ChatRole.Assistant, "piece");
        await Task.CompletedTask;
        while (true)
            yield return piece;
    }
}
