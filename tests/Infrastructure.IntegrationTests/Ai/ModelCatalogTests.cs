using CleanLlm.Application.Ai;
using CleanLlm.Domain.Models;
using CleanLlm.Testing;
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
        settings["Ai:Providers:0:Models:0:Price:Prompt"] = "0.15";
        settings["Ai:Providers:0:Models:0:Price:Completion"] = "0.6";
        settings["Ai:Providers:0:Models:0:PriceVersion"] = "2026-11";
        await using var ai = new AiServices(settings);

        var models = await ai.Catalog.ListAsync(default);

        models.Should().Equal(new Model("m", "The model", "main", 8192, 1024, new TokenPrice(0.15m, 0.6m, "2026-11")));
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
        lists[0][0].Should().Be(new Model("ok", "ok", "lists", 128_000, 128_000, TokenPrice.Free) { IsLengthUnknown = true });
        upstream.ListCalls.Should().Be(1);
    }

    [TestCase("""["a","b","a",""]""")]
    [TestCase("""[{"id":"a"},{"id":"b"}]""")]
    [TestCase("""{"models":[{"name":"a"},{"model":"b","name":"B"}]}""")]
    [TestCase("""{"object":"list","data":[{"id":"a","name":"A"},null,7,{"id":5},{},"b"]}""")]
    [TestCase("\uFEFF{\"data\":[{\"id\":\"a\"},{\"id\":\"b\"}]}\n")]
    public async Task Catalogue_OfAnotherForm_IsRead(string list)
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.ListBody = list;
        await using var ai = new AiServices(AiServices.Provider(0, "lists", upstream.BaseUrl));

        (await ai.Catalog.ListAsync(default)).Select(model => model.Id).Should().Equal("a", "b");
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

    [TestCase("""{"id":"m"}""", 128_000, null)]
    [TestCase("""{"id":"m","max_model_len":32768}""", 32_768, null)]
    [TestCase("""{"id":"m","context_length":200000,"top_provider":{"context_length":160000,"max_completion_tokens":64000}}""", 160_000, 64_000)]
    [TestCase("""{"id":"m","context_length":200000,"top_provider":{"context_length":null,"max_completion_tokens":null}}""", 200_000, null)]
    [TestCase("""{"id":"m","context_window":131072,"max_completion_tokens":32768}""", 131_072, 32_768)]
    [TestCase("""{"id":"m","context_window":131072,"max_completion_tokens":131072}""", 131_072, null)]
    [TestCase("""{"id":"m","max_context_length":32768,"capabilities":{"vision":false}}""", 32_768, null)]
    [TestCase("""{"id":"m","max_context_length":131072,"loaded_context_length":4096}""", 4_096, null)]
    [TestCase("""{"id":"m","inputTokenLimit":1048576,"outputTokenLimit":65536}""", 1_048_576, 65_536)]
    [TestCase("""{"id":"m","capabilities":{"limits":{"max_context_window_tokens":128000,"max_output_tokens":16384}}}""", 128_000, 16_384)]
    [TestCase("""{"id":"m","context_length":"8192"}""", 8_192, null)]
    [TestCase("""{"id":"m","context_length":8192.0,"max_completion_tokens":1024.0}""", 8_192, 1_024)]
    [TestCase("""{"id":"m","context_length":0,"max_completion_tokens":-1}""", 128_000, null)]
    [TestCase("""{"id":"m","context_length":1e99,"top_provider":7,"limits":[]}""", 100_000_000, null)]
    public async Task Catalogue_OfListedModels_TellsTheLengthsThatTheServerTells(string model, int window, int? output)
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.ListBody = $$"""{"object":"list","data":[{{model}},{"object":"model"},{"id":7}]}""";
        await using var ai = new AiServices(AiServices.Provider(0, "lists", upstream.BaseUrl));

        (await ai.Catalog.ListAsync(default)).Should().Equal(
            new Model("m", "m", "lists", window, output ?? window, TokenPrice.Free) { IsLengthUnknown = output is null });
    }

    [Test]
    public async Task Catalogue_OfAServerThatListsWithoutAnEnvelope_HasItsModels()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.ListBody = """[{"id":"one","context_length":4096},{"id":"two"}]""";
        await using var ai = new AiServices(AiServices.Provider(0, "lists", upstream.BaseUrl));

        (await ai.Catalog.ListAsync(default)).Select(model => model.Id).Should().Equal("one", "two");
    }

    [Test]
    public async Task Catalogue_WithoutALengthConfigured_IsBoundedByTheWindowOrTheProvider()
    {
        var settings = AiServices.Provider(0, "main", UpstreamFixture.Upstream.BaseUrl, "m");
        settings["Ai:Providers:0:Models:0:ContextWindow"] = "8192";
        await using (var ai = new AiServices(settings))
            (await ai.Catalog.ListAsync(default)).Should().ContainSingle().Which.Should().Match<Model>(m => m.MaxOutputTokens == 8_192 && m.IsLengthUnknown);

        settings["Ai:Providers:0:MaxOutputTokens"] = "1000";
        await using var bounded = new AiServices(settings);
        (await bounded.Catalog.ListAsync(default)).Should().ContainSingle().Which.Should().Match<Model>(m => m.MaxOutputTokens == 1_000 && !m.IsLengthUnknown);
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

    /// <summary>For what happens in the background over a real socket; bounded, and without waiting when it is already so.</summary>
    private static async Task Eventually(Func<Task<bool>> reached)
    {
        using var bound = Patience.Deadline();
        while (!await reached())
        {
            bound.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
