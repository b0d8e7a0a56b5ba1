using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai.Routing;

/// <summary>A provider's generator of embeddings that fails, or always makes the same.</summary>
internal sealed class ScriptedEmbeddings(bool fails) : IEmbeddingGenerator<string, Embedding<float>>
{
    /// <summary>The models it was asked for.</summary>
    public List<string?> Models { get; } = [];

    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        Models.Add(options?.ModelId);
        return fails
            ? Task.FromException<GeneratedEmbeddings<Embedding<float>>>(Failures.Status(503))
            : Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(values.Select(_ => new Embedding<float>(new[] { 1f, 2f }))));
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}

/// <summary>Plugs them in.</summary>
internal static class EmbeddingRegistration
{
    public static IServiceCollection AddEmbeddings(this IServiceCollection services, string provider, ScriptedEmbeddings embeddings) =>
        services.AddKeyedSingleton<IEmbeddingGenerator<string, Embedding<float>>>(provider, embeddings);
}
