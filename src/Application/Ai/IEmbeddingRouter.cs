using Microsoft.Extensions.AI;

namespace CleanLlm.Application.Ai;

/// <summary>The way of use cases to embedding models, by the same rules as <see cref="IChatRouter"/>.</summary>
public interface IEmbeddingRouter
{
    /// <summary>A vector for each text, in their order.</summary>
    /// <param name="values">The texts.</param>
    /// <param name="options">How the vectors are to be; not changed.</param>
    /// <param name="call">Tells who may make them, and is told who does.</param>
    /// <param name="ct">The caller's.</param>
    /// <exception cref="ProviderException">Nobody made them.</exception>
    /// <exception cref="ArgumentException">Nobody may make them.</exception>
    Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IReadOnlyList<string> values, EmbeddingGenerationOptions options, RoutedCall call, CancellationToken ct);
}
