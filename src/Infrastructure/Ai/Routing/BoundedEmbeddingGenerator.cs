using CleanLlm.Infrastructure.Ai.Calls;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.Routing;

/// <summary>Holds a generator of embeddings that is not ours to the time limits of its provider, and names its failures.</summary>
internal sealed class BoundedEmbeddingGenerator(
    IEmbeddingGenerator<string, Embedding<float>> generator, ProviderOptions provider, TimeProvider clock)
    : IEmbeddingGenerator<string, Embedding<float>>
{
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        using var limits = new CallClock(provider, clock, cancellationToken);
        limits.ReadBegins();
        try
        {
            return await generator.GenerateAsync(values, options, limits.Token).WaitAsync(limits.Token);
        }
        catch (Exception thrown) when (ForeignFailures.IsFailure(thrown, limits.Caller))
        {
            throw limits.Expired ? ForeignFailures.TooSlow() : ForeignFailures.Of(thrown);
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => generator.GetService(serviceType, serviceKey);

    /// <summary>Whoever registered the generator disposes of it.</summary>
    public void Dispose()
    {
    }
}
