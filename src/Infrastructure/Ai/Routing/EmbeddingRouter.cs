using CleanLlm.Application.Ai;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.Routing;

/// <summary>Hands a call to a provider of one of its candidates that makes embeddings, by the same rules as chat calls.</summary>
internal sealed class EmbeddingRouter(Router router, ProviderClients clients) : IEmbeddingRouter
{
    private const string Operation = "embeddings";

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IReadOnlyList<string> values, EmbeddingGenerationOptions options, RoutedCall call, CancellationToken ct)
    {
        using var route = await router.BeginAsync(Operation, call, provider => clients.EmbeddingsOf(provider.Name) is not null, ct);
        return await Router.CallAsync(route, (candidate, token) =>
        {
            call.Served = candidate.Model;
            return clients.EmbeddingsOf(candidate.Provider.Name)!.GenerateAsync(values, For(options, candidate), token);
        });
    }

    private static EmbeddingGenerationOptions For(EmbeddingGenerationOptions options, RouteCandidate candidate)
    {
        var own = options.Clone();
        own.ModelId = candidate.UpstreamId;
        return own;
    }
}
