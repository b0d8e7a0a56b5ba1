using System.Collections.Concurrent;
using CleanLlm.Application.Ai;
using CleanLlm.Infrastructure.Ai.OpenAi;
using CleanLlm.Infrastructure.Ai.Simulated;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Ai;

/// <summary>
/// The generator of embeddings of each provider that has one, made once. One that is registered with the provider's name as its key
/// comes before our own.
/// </summary>
internal sealed class ProviderEmbeddings(IOptions<AiOptions> options, IServiceProvider services, OpenAiProviders servers, ITokenCounter tokens)
{
    private readonly ConcurrentDictionary<string, IEmbeddingGenerator<string, Embedding<float>>?> made = new(StringComparer.Ordinal);

    /// <summary>The generator of a configured provider; null when its kind has none.</summary>
    public IEmbeddingGenerator<string, Embedding<float>>? Of(string provider) => made.GetOrAdd(provider, static (name, self) => self.Make(name), this);

    private IEmbeddingGenerator<string, Embedding<float>>? Make(string name) =>
        services.GetKeyedService<IEmbeddingGenerator<string, Embedding<float>>>(name)
        ?? options.Value.Providers.First(p => p.Name == name).Kind switch
        {
            ProviderKinds.OpenAi => servers.EmbeddingsOf(name),
            ProviderKinds.Simulated => new SimulatedEmbeddingGenerator(tokens),
            _ => null,
        };
}
