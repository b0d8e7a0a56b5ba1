using CleanLlm.Infrastructure.Ai.Kinds;
using CleanLlm.Infrastructure.Ai.Options;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.Custom;

/// <summary>An <see cref="IChatClient"/> that was registered under the provider's name.</summary>
internal sealed class CustomKind(PluggedInClients clients) : IProviderKind
{
    public string Name => "Custom";

    public IEnumerable<string> Faults(ProviderOptions provider, string at)
    {
        if (!clients.HasChatClient(provider))
            yield return $"{at}: kind {Name} needs a keyed IChatClient registered as '{provider.Name}'.";
        if (provider.Models.Count == 0)
            yield return $"{at}:Models: kind {Name} needs at least one model.";
    }

    public IChatClient ChatClientOf(ProviderOptions provider) =>
        clients.ChatClientOf(provider) ?? throw new InvalidOperationException($"No chat client is registered as '{provider.Name}'.");

    public IEmbeddingGenerator<string, Embedding<float>>? EmbeddingsOf(ProviderOptions provider) => clients.EmbeddingsOf(provider);
}
