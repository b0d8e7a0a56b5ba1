using System.Collections.Concurrent;
using CleanLlm.Application.Ai;
using CleanLlm.Infrastructure.Ai.Grpc;
using CleanLlm.Infrastructure.Ai.OpenAi;
using CleanLlm.Infrastructure.Ai.Predict;
using CleanLlm.Infrastructure.Ai.Routing;
using CleanLlm.Infrastructure.Ai.Simulated;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Ai;

/// <summary>
/// The chat client of each provider, made once. One that is registered with the provider's name as its key comes before our own:
/// <c>services.AddKeyedSingleton&lt;IChatClient&gt;("name", …)</c> plugs in any other.
/// </summary>
internal sealed class ProviderClients(
    IOptions<AiOptions> options,
    IServiceProvider services,
    OpenAiProviders servers,
    PredictProviders predictions,
    GrpcProviders grpc,
    ITokenCounter tokens,
    TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, IEmbeddingGenerator<string, Embedding<float>>?> embeddings = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, IChatClient> made = new(StringComparer.Ordinal);

    /// <summary>The client of a configured provider.</summary>
    public IChatClient Of(string provider) => made.GetOrAdd(provider, static (name, self) => self.Make(name), this);

    /// <summary>What makes embeddings at a configured provider; null when it makes none.</summary>
    public IEmbeddingGenerator<string, Embedding<float>>? EmbeddingsOf(string provider) => embeddings.GetOrAdd(
        provider, static (name, self) => self.MakeEmbeddings(name), this);

    private IChatClient Make(string name) => Foreign(name) ?? Own(options.Value.Providers.First(p => p.Name == name));

    private BoundedChatClient? Foreign(string name) => services.GetKeyedService<IChatClient>(name) is { } client
        ? new BoundedChatClient(client, options.Value.Providers.First(p => p.Name == name), clock)
        : null;

    private IEmbeddingGenerator<string, Embedding<float>>? MakeEmbeddings(string name)
    {
        var provider = options.Value.Providers.First(p => p.Name == name);
        if (services.GetKeyedService<IEmbeddingGenerator<string, Embedding<float>>>(name) is { } generator)
            return new BoundedEmbeddingGenerator(generator, provider, clock);
        return provider.Kind switch
        {
            ProviderKinds.OpenAi => servers.EmbeddingsOf(name),
            ProviderKinds.Simulated => new SimulatedEmbeddingGenerator(tokens),
            _ => null,
        };
    }

    private IChatClient Own(ProviderOptions provider) => provider.Kind switch
    {
        ProviderKinds.OpenAi => servers.ClientOf(provider.Name),
        ProviderKinds.Predict => predictions.ClientOf(provider.Name),
        ProviderKinds.Grpc => grpc.ClientOf(provider.Name),
        _ => new SimulatedChatClient(TimeSpan.FromMilliseconds(provider.TokenDelayMilliseconds), tokens, clock),
    };
}
