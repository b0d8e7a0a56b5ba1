using System.Collections.Concurrent;
using CleanLlm.Infrastructure.Ai.Custom;
using CleanLlm.Infrastructure.Ai.Kinds;
using CleanLlm.Infrastructure.Ai.Options;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Ai.Routing;

/// <summary>The clients of each provider, made once. One that is plugged in comes before that of the provider's kind.</summary>
internal sealed class ProviderClients(IOptions<AiOptions> options, ProviderKinds kinds, PluggedInClients pluggedIn)
{
    private readonly ConcurrentDictionary<string, IEmbeddingGenerator<string, Embedding<float>>?> embeddings = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, IChatClient> clients = new(StringComparer.Ordinal);

    /// <summary>The chat client of a configured provider.</summary>
    public IChatClient Of(string provider) => clients.GetOrAdd(provider, static (name, self) => self.Make(self.Configured(name)), this);

    /// <summary>What makes embeddings at a configured provider; null when it makes none.</summary>
    public IEmbeddingGenerator<string, Embedding<float>>? EmbeddingsOf(string provider) => embeddings.GetOrAdd(
        provider, static (name, self) => self.MakeEmbeddings(self.Configured(name)), this);

    private IChatClient Make(ProviderOptions provider) => pluggedIn.ChatClientOf(provider) ?? kinds.Of(provider).ChatClientOf(provider);

    private IEmbeddingGenerator<string, Embedding<float>>? MakeEmbeddings(ProviderOptions provider) =>
        pluggedIn.EmbeddingsOf(provider) ?? kinds.Of(provider).EmbeddingsOf(provider);

    private ProviderOptions Configured(string name) => options.Value.Providers.First(provider => provider.Name == name);
}
