using CleanLlm.Infrastructure.Ai.Options;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.Infrastructure.Ai.Custom;

/// <summary>
/// Clients that are not ours, each registered with the name of its provider as its key, whatever that one's kind:
/// <c>services.AddKeyedSingleton&lt;IChatClient&gt;("name", …)</c>. They are held to the provider's limits.
/// </summary>
internal sealed class PluggedInClients(IServiceProvider services, IServiceProviderIsKeyedService registrations, TimeProvider clock)
{
    /// <summary>Whether a chat client is registered for a provider.</summary>
    public bool HasChatClient(ProviderOptions provider) => registrations.IsKeyedService(typeof(IChatClient), provider.Name);

    /// <summary>The chat client of a provider; null when none is registered.</summary>
    public IChatClient? ChatClientOf(ProviderOptions provider) => services.GetKeyedService<IChatClient>(provider.Name) is { } client
        ? new BoundedChatClient(client, provider, clock)
        : null;

    /// <summary>What makes embeddings at a provider; null when nothing is registered that does.</summary>
    public IEmbeddingGenerator<string, Embedding<float>>? EmbeddingsOf(ProviderOptions provider) =>
        services.GetKeyedService<IEmbeddingGenerator<string, Embedding<float>>>(provider.Name) is { } generator
            ? new BoundedEmbeddingGenerator(generator, provider, clock)
            : null;
}
