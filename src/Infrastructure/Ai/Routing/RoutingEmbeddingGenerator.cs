using CleanLlm.Application.Ai;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.Routing;

/// <summary>
/// Makes embeddings at a provider that serves <see cref="EmbeddingGenerationOptions.ModelId"/>, by the same rules as chat calls. A
/// <see cref="RoutedCall"/> travels in the options' additional properties in the same way.
/// </summary>
internal sealed class RoutingEmbeddingGenerator(Router router, ProviderClients clients) : IEmbeddingGenerator<string, Embedding<float>>
{
    private const string Operation = "embeddings";

    /// <exception cref="ArgumentException">No provider makes embeddings with the model.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var call = options?.AdditionalProperties?.GetValueOrDefault(RoutedCall.Key) as RoutedCall;
        using var route = await router.BeginAsync(
            Operation, options?.ModelId, call, provider => clients.EmbeddingsOf(provider.Name) is not null, cancellationToken);
        return await Router.CallAsync(route, (candidate, ct) =>
        {
            if (call is not null)
                call.Served = candidate.Model;
            return clients.EmbeddingsOf(candidate.Provider.Name)!.GenerateAsync(values, For(options!, candidate), ct);
        });
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    private static EmbeddingGenerationOptions For(EmbeddingGenerationOptions options, RouteCandidate candidate)
    {
        var own = options.Clone();
        own.ModelId = candidate.UpstreamId;
        own.AdditionalProperties?.Remove(RoutedCall.Key);
        return own;
    }
}
