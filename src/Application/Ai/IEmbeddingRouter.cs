using Microsoft.Extensions.AI;

namespace CleanLlm.Application.Ai;

/// <summary>The way of use cases to embedding models, by the same rules as <see cref="IChatRouter"/>.</summary>
public interface IEmbeddingRouter
{
    /// <summary>A vector for each text, in their order.</summary>
    /// <param name="values">The texts.</param>
    /// <param name="options">How the vectors are to be; not changed.</param>
    /// <param name="call">Holds the candidates, and is told which one answers.</param>
    /// <param name="ct">The caller's.</param>
    /// <exception cref="ProviderException">No candidate made them.</exception>
    /// <exception cref="ArgumentException">There is no candidate.</exception>
    Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IReadOnlyList<string> values, EmbeddingGenerationOptions options, RoutedCall call, CancellationToken ct);
}
