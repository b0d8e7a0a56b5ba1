using CleanLlm.Application.Ai;
using CleanLlm.Domain.Models;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai.Routing;

[Parallelizable(ParallelScope.All)]
internal sealed class ChoiceTests
{
    [Test]
    public async Task Providers_OfEqualPriority_ShareByWeight()
    {
        await using var routed = new RoutedServices(3, null, ("a:Weight", "3"), ("c:Priority", "1"));

        for (var i = 0; i < 1_000; i++)
            await routed.AskAsync();

        TestContext.Out.WriteLine($"a, weight 3: {routed.A.Calls}; b, weight 1: {routed.B.Calls}; c, after them: {routed.Clients[2].Calls}");
        routed.A.Calls.Should().BeInRange(700, 800);
        routed.B.Calls.Should().Be(1_000 - routed.A.Calls);
    }

    [Test]
    public async Task Call_WhenTheUseCaseNamesWhoMayAnswer_GoesToNobodyElse()
    {
        await using var routed = new RoutedServices(2);
        var call = new RoutedCall { Candidates = [.. (await routed.CandidatesAsync()).Where(model => model.Provider == "b")] };

        for (var i = 0; i < 20; i++)
            await routed.AskAsync(call: call);

        (routed.A.Calls, routed.B.Calls).Should().Be((0, 20));
        routed.B.Options.Should().OnlyContain(options => options.AdditionalProperties == null || options.AdditionalProperties.Count == 0);
    }

    [Test]
    public async Task Alias_IsServedByAllThatHaveIt_UnderTheirOwnNames()
    {
        await using var routed = new RoutedServices(
            2, null, ("a:Models:0:Aliases:0", "fast"), ("b:Models:0:Id", "other"), ("b:Models:0:Aliases:0", "fast"), ("b:Models:0:UpstreamId", "theirs"));
        var call = new RoutedCall { Candidates = await routed.CandidatesAsync("fast") };

        for (var i = 0; i < 40; i++)
            await routed.AskAsync(call: call, model: call.Candidates[0].Id);

        routed.A.Calls.Should().BePositive();
        routed.B.Calls.Should().BePositive();
        routed.A.Options.Should().OnlyContain(options => options.ModelId == "m");
        routed.B.Options.Should().OnlyContain(options => options.ModelId == "theirs");
    }

    [Test]
    public async Task OutputTokens_AreNoMoreThanModelAndProviderAllow()
    {
        await using var routed = new RoutedServices(2, null, ("a:MaxOutputTokens", "100"), ("b:Models:0:Id", "n"), ("b:Models:0:MaxOutputTokens", "200"));

        foreach (var asked in new int?[] { 50, 500, null })
        {
            await routed.AskAsync(maxTokens: asked);
            await routed.AskAsync(model: "n", maxTokens: asked);
        }

        routed.A.Options.Select(o => o.MaxOutputTokens).Should().Equal(50, 100, 100);
        routed.B.Options.Select(o => o.MaxOutputTokens).Should().Equal(50, 200, null);
        (await routed.CandidatesAsync())[0].MaxOutputTokens.Should().Be(100);
    }

    [Test]
    public async Task Answer_WhenLargerThanItsProviderMaySend_IsTooLong([Values] bool stream)
    {
        await using var routed = new RoutedServices(2, null, ("a:MaxAnswerBytes", "2000"), ("b:Priority", "1"));
        routed.A.Text = new string('ä', 1_001);

        await routed.FailAsync(ProviderFailure.TooLong, stream);

        routed.B.Calls.Should().Be(0);
        routed.A.Text = new string('ä', 1_000);
        (await routed.AskAsync(stream)).Should().HaveLength(1_000);
    }

    [Test]
    public async Task Catalogue_NamesEveryProviderAndThenTheFallbacks()
    {
        await using var routed = new RoutedServices(
            3, null, ("a:Priority", "1"), ("a:Models:0:Fallbacks:0", "small"), ("c:Models:0:Id", "small"), ("c:Models:1:Id", "vectors"), ("c:Models:1:IsEmbedding", "true"),
            ("c:Priority", "0"));

        Names(await routed.CandidatesAsync()).Should().Equal("m@b", "m@a", "small@c");
        Names(await routed.CandidatesAsync("small")).Should().Equal("small@c");
        Names((await routed.Ai.Catalog.CandidatesAsync("m", default)).Named).Should().Equal("m@b", "m@a");
        Names(await routed.Ai.Catalog.ListAsync(default)).Should().Equal("m@b", "small@c", "vectors@c");
        (await routed.CandidatesAsync("unknown")).Should().BeEmpty();
        (await routed.Ai.Catalog.CandidatesAsync("unknown", default)).Named.Should().BeEmpty();

        static IEnumerable<string> Names(IEnumerable<Model> models) => models.Select(m => $"{m.Id}@{m.Provider}");
    }

    [Test]
    public async Task Price_IsThatOfTheNewestTableThatHolds()
    {
        await using var routed = new RoutedServices(
            1, null, ("a:Models:0:Price:Prompt", "0.01"), ("a:Models:0:PriceVersion", "old"),
            ("a:Models:0:Prices:0:Version", "later"), ("a:Models:0:Prices:0:From", "1970-01-03T00:00:00Z"), ("a:Models:0:Prices:0:Prompt", "0.03"),
            ("a:Models:0:Prices:1:Version", "new"), ("a:Models:0:Prices:1:From", "1970-01-02T00:00:00Z"), ("a:Models:0:Prices:1:Completion", "0.02"));

        var prices = new List<TokenPrice>();
        for (var day = 0; day < 4; day++)
        {
            prices.Add((await routed.CandidatesAsync())[0].Price);
            routed.Clock.Advance(TimeSpan.FromDays(1));
        }

        var later = new TokenPrice(0.03m, 0, "later");
        prices.Should().Equal(new TokenPrice(0.01m, 0, "old"), new TokenPrice(0, 0.02m, "new"), later, later);
    }

    [Test]
    public async Task Listed_ModelsAreAddedToThoseThatAreConfigured()
    {
        await using var upstream = await Testing.Upstream.ScriptedUpstream.StartAsync();
        upstream.ListedModels = ["ok", "theirs", "text-embedding-3"];
        var settings = AiServices.Provider(0, "lists", upstream.BaseUrl, "mine");
        settings["Ai:Providers:0:Models:0:UpstreamId"] = "theirs";
        settings["Ai:Providers:0:ListModels"] = "true";
        await using var ai = new AiServices(settings);

        var models = await ai.Catalog.ListAsync(default);

        models.Select(m => (m.Id, m.IsEmbedding)).Should().Equal(("mine", false), ("ok", false), ("text-embedding-3", true));
    }

    [Test]
    public async Task Embeddings_AreMadeByTheNextProviderWhenOneFails()
    {
        var failing = new ScriptedEmbeddings(fails: true);
        var working = new ScriptedEmbeddings(fails: false);
        await using var embeddings = new AiServices(
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["Ai:Providers:0:Name"] = "a",
                ["Ai:Providers:0:Models:0:Id"] = "v",
                ["Ai:Providers:0:BaseUrl"] = "http://localhost:1/v1",
                ["Ai:Providers:1:Name"] = "b",
                ["Ai:Providers:1:Priority"] = "1",
                ["Ai:Providers:1:Models:0:Id"] = "v",
                ["Ai:Providers:1:Models:0:UpstreamId"] = "theirs",
                ["Ai:Providers:1:BaseUrl"] = "http://localhost:1/v1",
            },
            new LeapingClock(),
            services => services.AddEmbeddings("a", failing).AddEmbeddings("b", working));

        var made = await embeddings.EmbedAsync(["x"], new() { ModelId = "v" });

        made.Should().ContainSingle().Which.Vector.ToArray().Should().Equal(1f, 2f);
        (failing.Models.Single(), working.Models.Single()).Should().Be(("v", "theirs"));
    }
}
