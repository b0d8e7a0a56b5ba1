using CleanLlm.Infrastructure.Ai.Options;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.Custom;

/// <summary>Holds a generator of embeddings that is not ours to the time limits of its provider, and names its failures.</summary>
internal sealed class BoundedEmbeddingGenerator(
    IEmbeddingGenerator<string, Embedding<float>> generator, ProviderOptions provider, TimeProvider clock)
    : IEmbeddingGenerator<string, Embedding<float>>
{
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        ThirdPartyClientCalls.AnswerAsync(ct => generator.GenerateAsync(values, options, ct), provider, clock, cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) => generator.GetService(serviceType, serviceKey);

    /// <summary>Whoever registered the generator disposes of it.</summary>
    public void Dispose()
    {
    }
}
