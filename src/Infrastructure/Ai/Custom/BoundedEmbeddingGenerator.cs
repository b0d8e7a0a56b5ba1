using CleanLlm.Infrastructure.Ai.Options;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.Custom;

/// <summary>Applies its provider's time limits to a generator of embeddings that is not ours, and names its failures.</summary>
internal sealed class BoundedEmbeddingGenerator(
    IEmbeddingGenerator<string, Embedding<float>> generator, ProviderOptions provider, TimeProvider clock)
    : IEmbeddingGenerator<string, Embedding<float>>
{
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        ThirdPartyClientCalls.AnswerAsync(ct => generator.GenerateAsync(values, options, ct), provider, clock, cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) => generator.GetService(serviceType, serviceKey);

    /// <summary>The code that registered the generator disposes of it.</summary>
    public void Dispose()
    {
    }
}
