using System.Runtime.CompilerServices;
using CleanLlm.Application.Ai;
using CleanLlm.Infrastructure.Ai.Kinds;
using CleanLlm.Infrastructure.Ai.Options;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai.Kinds;

/// <summary>A kind that is one class and one registration, and of which nothing else knows.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class AddedKindTests
{
    [Test]
    public async Task AnAddedKind_Answers([Values] bool stream)
    {
        await using var ai = With(("Kind", "echo"), ("Models:0:Id", "m"), ("Models:0:UpstreamId", "theirs"));

        (await ai.DeliverAsync("m", stream)).Text.Should().Be("theirs of echo: What is love?");
    }

    [Test]
    public async Task AnAddedKind_MakesEmbeddings()
    {
        await using var ai = With(("Kind", "Echo"), ("Models:0:Id", "v"), ("Models:0:IsEmbedding", "true"));

        var made = await ai.EmbedAsync(["four", "at"], new() { ModelId = "v" });

        made.Select(vector => vector.Vector.Span[0]).Should().Equal(4, 2);
    }

    [Test]
    public async Task AnAddedKind_ListsItsModels()
    {
        await using var ai = With(("Kind", "Echo"));

        (await ai.Catalog.ListAsync(default)).Select(model => (model.Id, model.ContextWindow, model.Provider)).Should().Equal(("listed", 77, "echo"));
        (await ai.OnceAsync("listed")).Text.Should().Be("listed of echo: What is love?");
    }

    [Test]
    public async Task AnAddedKind_HasItsOwnRules_AndIsNamedWhereKindsAre()
    {
        await using var wrong = With(("Kind", "Echo"), ("BaseUrl", "http://host"));
        await using var unknown = With(("Kind", "Ecco"));

        Faults(wrong).Should().Equal("Ai:Providers:0:BaseUrl: kind Echo takes no address.");
        Faults(unknown).Should().Equal("Ai:Providers:0:Kind must be one of Echo, OpenAi, Predict, Grpc, Simulated, Custom.");
    }

    [Test]
    public async Task TwoKindsOfOneName_AreAMistakeOfTheProgram()
    {
        await using var ai = new AiServices([], add: services => services.AddSingleton<IProviderKind, Echo>().AddSingleton<IProviderKind, Echo>());

        var making = () => ai.Get<ProviderKinds>();

        making.Should().Throw<ArgumentException>().WithMessage("*Echo*");
    }

    private static AiServices With(params (string Name, string Value)[] settings) => new(
        settings.Select(setting => KeyValuePair.Create($"Ai:Providers:0:{setting.Name}", (string?)setting.Value)),
        add: services => services.AddSingleton<IProviderKind, Echo>());

    private static IEnumerable<string> Faults(AiServices ai)
    {
        var starting = () => ai.Get<IStartupValidator>().Validate();
        return starting.Should().Throw<OptionsValidationException>().Which.Failures;
    }

    private sealed class Echo(ITokenCounter tokens) : IProviderKind, IModelListing
    {
        public string Name => "Echo";

        public IModelListing Listing => this;

        public IEnumerable<string> Faults(ProviderOptions provider, string at)
        {
            if (provider.BaseUrl is not null)
                yield return $"{at}:BaseUrl: kind {Name} takes no address.";
        }

        public IChatClient ChatClientOf(ProviderOptions provider) => new EchoClient(provider.Name);

        public IEmbeddingGenerator<string, Embedding<float>> EmbeddingsOf(ProviderOptions provider) => new Lengths();

        public Task<ListedModel[]> ModelsAsync(ProviderOptions provider, CancellationToken ct) =>
            Task.FromResult<ListedModel[]>([new("listed", 70 + tokens.Count("one two three four five six seven"), MaxOutputTokens: null)]);
    }

    private sealed class EchoClient(string provider) : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, $"{options!.ModelId} of {provider}: {messages.Last().Text}")));

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            foreach (var update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates())
                yield return update;
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }

    private sealed class Lengths : IEmbeddingGenerator<string, Embedding<float>>
    {
        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
            IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(values.Select(text => new Embedding<float>(new float[] { text.Length }))));

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
