using CleanLlm.Application.Ai;
using CleanLlm.Testing.Upstream;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using NSubstitute;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai.Routing;

[Parallelizable(ParallelScope.All)]
internal sealed class ChatRouterTests
{
    [Test]
    public async Task Model_WhenTwoProvidersServeIt_GoesToTheLowestPriorityNumber()
    {
        await using var other = await ScriptedUpstream.StartAsync();
        var settings = AiServices.Provider(0, "second", UpstreamFixture.Upstream.BaseUrl, "ok@both")
            .Concat(AiServices.Provider(1, "first", other.BaseUrl, "ok@both"))
            .ToDictionary(StringComparer.Ordinal);
        settings["Ai:Providers:0:Priority"] = "2";
        settings["Ai:Providers:1:Priority"] = "1";
        await using var ai = new AiServices(settings);

        await ai.OnceAsync("ok@both");

        other.Model("ok@both").Calls.Should().ContainSingle();
        UpstreamFixture.Upstream.Model("ok@both").Calls.Should().BeEmpty();
        (await ai.Catalog.ListAsync(default)).Should().ContainSingle().Which.Provider.Should().Be("first");
    }

    [Test]
    public async Task Model_WhenUnknown_IsAnArgumentException([Values] bool stream)
    {
        await using var ai = new AiServices([]);

        await ai.Invoking(a => a.DeliverAsync("unknown", stream)).Should().ThrowAsync<ArgumentException>();
    }

    [Test]
    public async Task Provider_WhenAClientIsRegisteredUnderItsName_IsThatClient()
    {
        using var plugged = Substitute.For<IChatClient>();
        plugged.GetResponseAsync(default!, default, default)
            .ReturnsForAnyArgs(new ChatResponse(new ChatMessage(ChatRole.Assistant, "plugged")));
        Dictionary<string, string?> settings = new(StringComparer.Ordinal)
        {
            ["Ai:Providers:0:Name"] = "mine",
            ["Ai:Providers:0:Kind"] = "Custom",
            ["Ai:Providers:0:Models:0:Id"] = "m",
        };
        await using var ai = new AiServices(settings, add: services => services.AddKeyedSingleton("mine", plugged));

        (await ai.OnceAsync("m")).Text.Should().Be("plugged");
    }

    [Test]
    public async Task ACall_IsToldWhoAnswers_AndItsOptionsStayAsTheyWere([Values] bool stream)
    {
        await using var routed = new RoutedServices(1, null, ("a:Models:0:UpstreamId", "theirs"));
        var call = new RoutedCall { Candidates = await routed.CandidatesAsync() };
        var options = new ChatOptions { ModelId = "m", MaxOutputTokens = 7 };

        var router = routed.Ai.Get<IChatRouter>();
        if (stream)
            await router.GetStreamingResponseAsync(Ask.Messages, options, call, default).ToChatResponseAsync();
        else
            await router.GetResponseAsync(Ask.Messages, options, call, default);

        call.Served.Should().BeSameAs(call.Candidates[0]);
        (options.ModelId, options.MaxOutputTokens, options.AdditionalProperties).Should().Be(("m", 7, null));
        var sent = routed.A.Options.Should().ContainSingle().Subject;
        (sent.ModelId, sent.MaxOutputTokens, sent.AdditionalProperties).Should().Be(("theirs", 7, null));
    }

    [Test]
    public async Task ACallForEmbeddings_IsToldWhoMakesThem()
    {
        await using var ai = new AiServices([new("Ai:Providers:0:Kind", "Simulated")]);
        var call = new RoutedCall { Candidates = (await ai.Catalog.CandidatesAsync("simulated-1", default)).All };

        await ai.Get<IEmbeddingRouter>().GenerateAsync(["x"], new() { ModelId = "simulated-1" }, call, default);

        call.Served.Should().BeSameAs(call.Candidates[0]);
    }

    [Test]
    public async Task ACallWithoutCandidates_IsAnArgumentException()
    {
        await using var ai = new AiServices([]);
        var call = new RoutedCall { Candidates = [] };

        await ai.Awaiting(a => a.Get<IChatRouter>().GetResponseAsync(Ask.Messages, new(), call, default)).Should().ThrowAsync<ArgumentException>();
        await ai.Awaiting(a => a.Get<IEmbeddingRouter>().GenerateAsync(["x"], new(), call, default)).Should().ThrowAsync<ArgumentException>();
    }
}
