using CleanLlm.Infrastructure.Ai.Custom;
using CleanLlm.Infrastructure.Ai.Grpc;
using CleanLlm.Infrastructure.Ai.Kinds;
using CleanLlm.Infrastructure.Ai.OpenAi;
using CleanLlm.Infrastructure.Ai.Options;
using CleanLlm.Infrastructure.Ai.Predict;
using CleanLlm.Infrastructure.Ai.Simulated;
using CleanLlm.Infrastructure.IntegrationTests.Ai.Routing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai.Kinds;

[Parallelizable(ParallelScope.All)]
internal sealed class ProviderKindTests
{
    private const string Server = "http://127.0.0.1:1/v1";
    private const string Host = "http://127.0.0.1:1";
    private const string AddressFault = "at:BaseUrl must be an absolute http or https address without query, such as https://host/v1.";

    [Test]
    public async Task TheKinds_AreThoseOfTheDocumentation()
    {
        await using var ai = new AiServices([]);

        ai.Get<ProviderKinds>().All.Select(kind => kind.Name).Should().Equal("OpenAi", "Predict", "Grpc", "Simulated", "Custom");
        ai.Get<ProviderKinds>().All.Where(kind => kind.IsSimulated).Should().ContainSingle().Which.Should().BeOfType<SimulatedKind>();
        ai.Get<ProviderKinds>().All.Where(kind => kind.Listing is not null).Should().ContainSingle().Which.Should().BeOfType<OpenAiKind>();
    }

    [TestCase("OpenAi", Server, typeof(OpenAiChatClient), typeof(OpenAiEmbeddingGenerator))]
    [TestCase("Predict", Server, typeof(PredictChatClient), null)]
    [TestCase("Grpc", Host, typeof(GrpcChatClient), null)]
    [TestCase("Simulated", null, typeof(SimulatedChatClient), typeof(SimulatedEmbeddingGenerator))]
    [TestCase("Custom", null, typeof(BoundedChatClient), typeof(BoundedEmbeddingGenerator))]
    public async Task AKind_MakesItsClients(string name, string? address, Type chat, Type? embeddings)
    {
        using var client = new ScriptedClient("p");
        using var generator = new ScriptedEmbeddings(fails: false);
        await using var ai = new AiServices([], add: services => services.AddKeyedSingleton<IChatClient>("p", client).AddEmbeddings("p", generator));
        var (kind, provider) = Of(ai, name, address);

        using var made = kind.ChatClientOf(provider);
        using var maker = kind.EmbeddingsOf(provider);

        made.Should().BeOfType(chat);
        maker?.GetType().Should().Be(embeddings);
        (maker is null).Should().Be(embeddings is null);
    }

    [TestCase("OpenAi", null)]
    [TestCase("Predict", "p")]
    [TestCase("Grpc", "p")]
    [TestCase("Simulated", "simulated-1")]
    [TestCase("Custom", null)]
    public async Task AKind_FillsInTheModelThatItHasWithoutBeingTold(string name, string? model)
    {
        await using var ai = new AiServices([]);
        var (kind, provider) = Of(ai, name, Host);
        var told = new ProviderOptions { Name = "told", Kind = name, Models = [new ModelOptions { Id = "own" }] };

        kind.FillIn(provider);
        kind.FillIn(told);

        provider.Models.Select(served => served.Id).Should().Equal(model is null ? [] : [model]);
        told.Models.Should().ContainSingle().Which.Id.Should().Be("own");
    }

    [TestCase("OpenAi", Server)]
    [TestCase("OpenAi", null, AddressFault)]
    [TestCase("OpenAi", "https://host/v1?key=x", AddressFault)]
    [TestCase("Predict", Server)]
    [TestCase("Predict", "ftp://host", AddressFault)]
    [TestCase("Grpc", Host)]
    [TestCase("Grpc", "https://user@host", AddressFault)]
    [TestCase("Grpc", Server, "at:BaseUrl: kind Grpc takes an address without a path, such as http://host:5000.")]
    [TestCase("Simulated", null)]
    [TestCase("Custom", null, "at: kind Custom needs a keyed IChatClient registered as 'p'.", "at:Models: kind Custom needs at least one model.")]
    public async Task AKind_SaysWhatItsProvidersNeed(string name, string? address, params string[] faults)
    {
        await using var ai = new AiServices([]);
        var (kind, provider) = Of(ai, name, address);

        kind.Faults(provider, "at").Should().Equal(faults);
    }

    [TestCase(null, 0, true)]
    [TestCase(null, 1, false)]
    [TestCase(true, 1, true)]
    [TestCase(false, 0, false)]
    public async Task AProvider_IsAskedForItsModels_WhereItCanBe_AndIsToOrHasNone(bool? told, int models, bool isAsked)
    {
        await using var ai = new AiServices([]);
        var kinds = ai.Get<ProviderKinds>();
        var served = Enumerable.Range(0, models).Select(i => new ModelOptions { Id = $"m{i}" }).ToList();

        (kinds.ListingOf(new ProviderOptions { Kind = "OpenAi", ListModels = told, Models = served }) is not null).Should().Be(isAsked);
        kinds.ListingOf(new ProviderOptions { Kind = "Predict", ListModels = told, Models = served }).Should().BeNull();
    }

    // Such a name is none for a provider either, and has none of the models that a kind fills in: neither is told beside it.
    [TestCase("Carrier", "true")]
    [TestCase("carrier pigeon", "false")]
    public async Task AKindThatThereIsNot_StopsTheStart_WithOneLineThatNamesThoseThereAre(string kind, string listModels)
    {
        await using var ai = new AiServices(
        [
            new("Ai:Providers:0:Kind", kind), new("Ai:Providers:0:ListModels", listModels), new("Ai:Providers:1:Kind", "Simulated"),
            new("Ai:Providers:1:Models:0:Id", "m"), new("Ai:Providers:1:Models:0:Fallbacks:0", "may be one of the other's"),
        ]);

        var starting = () => ai.Get<IStartupValidator>().Validate();

        starting.Should().Throw<OptionsValidationException>().Which.Failures
            .Should().Equal("Ai:Providers:0:Kind must be one of OpenAi, Predict, Grpc, Simulated, Custom.");
    }

    [Test]
    public async Task AClientUnderAProvidersName_ComesBeforeThatOfItsKind()
    {
        using var client = new ScriptedClient("plugged in");
        await using var ai = new AiServices(
            [new("Ai:Providers:0:Kind", "Simulated")], add: services => services.AddKeyedSingleton<IChatClient>("simulated", client));

        (await ai.OnceAsync("simulated-1")).Text.Should().Be("This is plugged in.");
    }

    private static (IProviderKind Kind, ProviderOptions Provider) Of(AiServices ai, string kind, string? address)
    {
        var provider = new ProviderOptions { Name = "p", Kind = kind, BaseUrl = address };
        return (ai.Get<ProviderKinds>().Of(provider), provider);
    }
}
