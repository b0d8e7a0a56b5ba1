using CleanLlm.Application.Ai;
using CleanLlm.Domain.Models;
using CleanLlm.Testing.Upstream;
using Microsoft.Extensions.Time.Testing;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai;

[Parallelizable(ParallelScope.All)]
internal sealed class ModelCatalogTests
{
    [Test]
    public async Task Catalogue_WithoutProviders_HasTheSimulatedModel()
    {
        await using var ai = new AiServices([]);

        (await ai.Catalog.ListAsync(default)).Should().Equal(
            new Model("simulated-1", "Simulated", "simulated", 128_000, 4_096, TokenPrice.Free));
    }

    [Test]
    public async Task Catalogue_WhenConfigured_HasWhatWasConfiguredAndCostsNothing()
    {
        var settings = AiServices.Provider(0, "main", UpstreamFixture.Upstream.BaseUrl, "m");
        settings["Ai:Providers:0:Models:0:DisplayName"] = "The model";
        settings["Ai:Providers:0:Models:0:ContextWindow"] = "8192";
        settings["Ai:Providers:0:Models:0:MaxOutputTokens"] = "1024";
        settings["Ai:Providers:0:Models:0:PromptPriceMicros"] = "150";
        settings["Ai:Providers:0:Models:0:CompletionPriceMicros"] = "600";
        settings["Ai:Providers:0:Models:0:PriceVersion"] = "2026-11";
        await using var ai = new AiServices(settings);

        var models = await ai.Catalog.ListAsync(default);

        models.Should().Equal(new Model("m", "The model", "main", 8192, 1024, new TokenPrice(150, 600, "2026-11")));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var again = ai.Catalog.ListAsync(default);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(200);
        (await again).Should().BeSameAs(models);
    }

    [Test]
    public async Task Catalogue_WhenAServerListsItsModels_AsksItOnce()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        await using var ai = new AiServices(AiServices.Provider(0, "lists", upstream.BaseUrl));

        var lists = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ai.Catalog.ListAsync(default).AsTask()));

        lists.Should().AllSatisfy(models => models.Select(m => m.Id).Should().Equal(upstream.ListedModels));
        lists[0][0].Should().Be(new Model("ok", "ok", "lists", 128_000, 4_096, TokenPrice.Free));
        upstream.ListCalls.Should().Be(1);
    }

    [Test]
    public async Task Catalogue_WhenAServerIsDown_ShowsTheOthersAndAsksAgainLater()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.ListStatus = 404;
        var settings = AiServices.Provider(0, "down", upstream.BaseUrl)
            .Concat(AiServices.Provider(1, "up", UpstreamFixture.Upstream.BaseUrl, "known"));
        await using var ai = new AiServices(settings, clock);

        (await ai.Catalog.ListAsync(default)).Select(m => m.Id).Should().Equal("known");
        upstream.ListStatus = 200;
        clock.Advance(TimeSpan.FromSeconds(20));
        (await ai.Catalog.ListAsync(default)).Select(m => m.Id).Should().Equal(["known"], "a renewal keeps nobody waiting");

        await Eventually(async () => (await ai.Catalog.ListAsync(default)).Count == upstream.ListedModels.Count + 1);
    }

    [Test]
    public async Task Catalogue_WhenAServerGoesDownLater_KeepsItsModels()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
        await using var upstream = await ScriptedUpstream.StartAsync();
        await using var ai = new AiServices(AiServices.Provider(0, "later", upstream.BaseUrl), clock);
        var known = await ai.Catalog.ListAsync(default);
        upstream.ListStatus = 404;

        clock.Advance(TimeSpan.FromMinutes(6));
        await ai.Catalog.ListAsync(default);
        await Eventually(() => Task.FromResult(upstream.ListCalls == 2));

        (await ai.Catalog.ListAsync(default)).Should().Equal(known);
    }

    [Test]
    public async Task Catalogue_WithoutAnyModel_IsRefusedAndAsksAgain()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.ListStatus = 404;
        await using var ai = new AiServices(AiServices.Provider(0, "none", upstream.BaseUrl));

        var listing = async () => await ai.Catalog.ListAsync(default);

        (await listing.Should().ThrowAsync<ProviderException>()).Which.Failure.Should().Be(ProviderFailure.Refused);
        upstream.ListStatus = 200;
        (await listing()).Should().NotBeEmpty();
    }

    /// <summary>For what happens behind the caller's back over a real socket; bounded, and without waiting when it is already so.</summary>
    private static async Task Eventually(Func<Task<bool>> reached)
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!await reached())
        {
            bound.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
