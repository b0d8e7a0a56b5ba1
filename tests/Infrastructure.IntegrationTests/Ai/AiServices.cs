using System.Globalization;
using CleanLlm.Application.Ai;
using CleanLlm.Infrastructure.Ai;
using CleanLlm.Infrastructure.Ai.Routing;
using CleanLlm.Testing.Upstream;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NSubstitute;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai;

/// <summary>The container of one test, configured like the program.</summary>
internal sealed class AiServices : IAsyncDisposable
{
    private readonly ServiceProvider services;

    public AiServices(IEnumerable<KeyValuePair<string, string?>> settings, TimeProvider? clock = null, Action<IServiceCollection>? add = null)
    {
        var collection = new ServiceCollection();
        collection.AddSingleton(clock ?? TimeProvider.System);
        collection.AddSingleton(Development());
        collection.AddLogging(logging => logging.SetMinimumLevel(LogLevel.None));
        add?.Invoke(collection);
        collection.AddAiInfrastructure(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        services = collection.BuildServiceProvider();
    }

    /// <summary>Asks a provider of the model that the options name, as a use case does.</summary>
    public IChatClient Chat => new CatalogCaller(services.GetRequiredService<IChatRouter>(), Catalog);

    public IModelCatalog Catalog => services.GetRequiredService<IModelCatalog>();

    public ITokenCounter Tokens => services.GetRequiredService<ITokenCounter>();

    /// <summary>One provider's own client, without the router.</summary>
    public IChatClient Client(string provider = "upstream") => Get<ProviderClients>().Of(provider);

    /// <summary>One provider's own generator of embeddings, without the router.</summary>
    public IEmbeddingGenerator<string, Embedding<float>> Embeddings(string provider = "upstream") => Get<ProviderClients>().EmbeddingsOf(provider)!;

    /// <summary>Asks a provider of the model for embeddings, as a use case does.</summary>
    public async Task<GeneratedEmbeddings<Embedding<float>>> EmbedAsync(IReadOnlyList<string> values, EmbeddingGenerationOptions options)
    {
        var call = new RoutedCall { Candidates = (await Catalog.CandidatesAsync(options.ModelId!, default)).All };
        return await Get<IEmbeddingRouter>().GenerateAsync(values, options, call, default);
    }

    public T Get<T>() where T : notnull => services.GetRequiredService<T>();

    /// <summary>A container with one OpenAI-compatible provider that serves the models.</summary>
    public static AiServices With(ScriptedUpstream upstream, TimeProvider? clock, params string[] models) =>
        new(Provider(0, "upstream", upstream.BaseUrl, models), clock);

    /// <summary>The settings of one OpenAI-compatible provider.</summary>
    public static Dictionary<string, string?> Provider(int index, string name, Uri baseUrl, params string[] models)
    {
        var at = $"Ai:Providers:{index.ToString(CultureInfo.InvariantCulture)}";
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            [$"{at}:Name"] = name,
            [$"{at}:Kind"] = "OpenAi",
            [$"{at}:BaseUrl"] = baseUrl.ToString(),
            [$"{at}:ApiKey"] = "sk-test",
            [$"{at}:TimeoutSeconds"] = "100",
            [$"{at}:FirstByteTimeoutSeconds"] = "40",
            [$"{at}:IdleTimeoutSeconds"] = "20",
        };
        for (var i = 0; i < models.Length; i++)
            settings[$"{at}:Models:{i.ToString(CultureInfo.InvariantCulture)}:Id"] = models[i];
        return settings;
    }

    /// <summary>A container with one provider of the kind, at its scripted server.</summary>
    public static AiServices Of(string kind, TimeProvider? clock, string model, int? timeoutSeconds = null)
    {
        var address = kind switch
        {
            "OpenAi" => UpstreamFixture.Upstream.BaseUrl,
            "Predict" => UpstreamFixture.Predict.BaseUrl,
            _ => UpstreamFixture.Grpc.BaseUrl,
        };
        var settings = Provider(0, "upstream", address, model);
        settings["Ai:Providers:0:Kind"] = kind;
        if (timeoutSeconds is { } seconds)
            settings["Ai:Providers:0:TimeoutSeconds"] = seconds.ToString(CultureInfo.InvariantCulture);
        return new AiServices(settings, clock);
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();

    private static IHostEnvironment Development()
    {
        var environment = Substitute.For<IHostEnvironment>();
        environment.EnvironmentName.Returns(Environments.Development);
        return environment;
    }
}

/// <summary>Short forms of calls.</summary>
internal static class Ask
{
    /// <summary>Three words.</summary>
    public static readonly ChatMessage[] Messages = [new(ChatRole.System, "Be brief."), new(ChatRole.User, "What is love?")];

    public static Task<ChatResponse> OnceAsync(this AiServices ai, string model, CancellationToken ct = default) =>
        ai.Chat.GetResponseAsync(Messages, new ChatOptions { ModelId = model }, ct);

    public static IAsyncEnumerable<ChatResponseUpdate> Stream(this AiServices ai, string model, CancellationToken ct = default) =>
        ai.Chat.GetStreamingResponseAsync(Messages, new ChatOptions { ModelId = model }, ct);

    /// <summary>Either delivery, as the tests of failures run on both.</summary>
    public static async Task<ChatResponse> DeliverAsync(this AiServices ai, string model, bool stream, CancellationToken ct = default) =>
        stream ? await ai.Stream(model, ct).ToChatResponseAsync(ct) : await ai.OnceAsync(model, ct);
}
