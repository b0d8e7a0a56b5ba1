using CleanLlm.Application.Ai;
using CleanLlm.Infrastructure.Ai.Kinds;
using CleanLlm.Infrastructure.Ai.Options;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.Simulated;

/// <summary>Answers by itself and says so.</summary>
internal sealed class SimulatedKind(ITokenCounter tokens, TimeProvider clock) : IProviderKind
{
    public string Name => "Simulated";

    public bool IsSimulated => true;

    public void FillIn(ProviderOptions provider)
    {
        if (provider.Models.Count == 0)
            provider.Models.Add(new ModelOptions { Id = "simulated-1", DisplayName = "Simulated", MaxOutputTokens = 4_096 });
    }

    public IEnumerable<string> Faults(ProviderOptions provider, string at) => [];

    public IChatClient ChatClientOf(ProviderOptions provider) =>
        new SimulatedChatClient(TimeSpan.FromMilliseconds(provider.TokenDelayMilliseconds), tokens, clock);

    public IEmbeddingGenerator<string, Embedding<float>> EmbeddingsOf(ProviderOptions provider) => new SimulatedEmbeddingGenerator(tokens);
}
