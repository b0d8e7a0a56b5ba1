using System.Security.Cryptography;
using System.Text;
using CleanLlm.Application.Ai;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.Simulated;

/// <summary>
/// Stands in for embeddings: the same text always gets the same vector of length one, and different texts point in unrelated
/// directions. They say nothing of meaning.
/// </summary>
internal sealed class SimulatedEmbeddingGenerator(ITokenCounter tokens) : IEmbeddingGenerator<string, Embedding<float>>
{
    private const int DefaultDimensions = 256;

    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        SimulatedScript.Of(options?.ModelId).Play(halfway: false);
        var texts = values.ToList();
        var spent = texts.Sum(text => (long)tokens.Count(text));
        var made = texts.Select(text => new Embedding<float>(Vector(text, options?.Dimensions ?? DefaultDimensions)) { ModelId = options?.ModelId });
        return Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(made)
        {
            Usage = new UsageDetails { InputTokenCount = spent, TotalTokenCount = spent },
        });
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    private static float[] Vector(string text, int dimensions)
    {
        var bytes = Shake128.HashData(Encoding.UTF8.GetBytes(text), dimensions);
        var vector = Array.ConvertAll(bytes, value => value - 127.5f);
        var length = MathF.Sqrt(vector.Sum(value => value * value));
        return Array.ConvertAll(vector, value => value / length);
    }
}
