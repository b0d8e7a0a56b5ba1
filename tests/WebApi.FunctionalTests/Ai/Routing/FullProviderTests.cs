using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Ai.Routing;

/// <summary>A provider whose places are taken: a caller that finds none is told so by a status, and nothing is held or charged.</summary>
public sealed class FullProviderTests(DatabaseKind kind) : ApiTests(kind)
{
    private const string Completions = "/api/v1/completions";

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        new("Ai:Providers:0:MaxConcurrentCalls", "1"), new("Ai:Providers:0:MaxQueuedCalls", "1"), new("Ai:Providers:0:QueueSeconds", "0.5"),
    ];

    [Test]
    public async Task AStreamThatFindsNoPlace_IsRefusedBeforeItsFirstByte_InTheQueueOrInFrontOfIt()
    {
        using var caller = await Api.SignInAsync();
        await using var running = await caller.StreamAsync(Completions, new { prompt = "Hello", model = "stall" });
        await running.UntilAsync("completion.delta");

        // One waits for a place in vain; the others find the queue full, unless that one has gone by then.
        var refused = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => caller.SendAsync(
            HttpMethod.Post, Completions, new { prompt = "Hello", model = "ok" }, [new("Accept", "text/event-stream")])));

        foreach (var answer in refused)
            answer.ShouldBeProblem(503, "provider.unavailable").Headers.Should().ContainKey("Retry-After");
        Api.Upstream.Model("ok").Calls.Should().BeEmpty();
        Api.Upstream.Release("stall");
        (await running.ToEndAsync())[^1].Type.Should().Be("completion.finished");
        await Books.ShouldBalanceAsync(Api.Database);
        (await Books.EntriesAsync(Api.Database, caller.UserId)).Should().Be(1);
    }
}
