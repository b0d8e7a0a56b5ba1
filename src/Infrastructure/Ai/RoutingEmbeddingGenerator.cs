using CleanLlm.Application.Ai;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai;

/// <summary>
/// The one generator of embeddings that use cases see: hands a call to the provider that serves <see cref="EmbeddingGenerationOptions.ModelId"/>.
/// </summary>
internal sealed class RoutingEmbeddingGenerator(ModelCatalog catalog, ProviderEmbeddings generators) : IEmbeddingGenerator<string, Embedding<float>>
{
    /// <exception cref="ArgumentException">No provider serves the model: callers look it up in the catalogue first.</exception>
    /// <exception cref="ProviderException">The provider fails, or makes no embeddings.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var id = options?.ModelId ?? throw new ArgumentException("A model is needed to choose a provider.", nameof(options));
        var route = (await catalog.RoutesAsync(cancellationToken)).Find(id)
            ?? throw new ArgumentException("No provider serves the model.", nameof(options));
        var generator = generators.Of(route.Model.Provider)
            ?? throw new ProviderException(ProviderFailure.Unsupported, "The provider makes no embeddings.");
        if (id == route.UpstreamId)
            return await generator.GenerateAsync(values, options, cancellationToken);
        var renamed = options.Clone();
        renamed.ModelId = route.UpstreamId;
        return await generator.GenerateAsync(values, renamed, cancellationToken);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }
}
