using System.Buffers.Binary;
using System.Runtime.InteropServices;
using CleanLlm.Application.Completions.Embeddings;
using CleanLlm.Domain.Results;
using CleanLlm.WebApi.Http;

namespace CleanLlm.WebApi.OpenAi;

/// <summary>Answers with vectors.</summary>
internal sealed class EmbeddingDelivery(TimeProvider clock)
{
    /// <summary>The vectors, or the problem that refused them.</summary>
    public IResult Deliver(Result<EmbeddingsDto> made, bool asBase64, HttpContext http)
    {
        if (!made.IsSuccess)
            return made.Error.ToProblem();
        var embeddings = made.Value;
        RateLimitHeaders.Write(http.Response, embeddings.Limits, clock.GetUtcNow());
        http.Response.Headers["Completion-Id"] = embeddings.Id.ToString();
        var data = embeddings.Vectors.Select((vector, index) => new EmbeddingAnswer(index, asBase64 ? Base64(vector.Span) : vector)).ToList();
        return TypedResults.Json(
            new EmbeddingsAnswer(data, embeddings.Model, new EmbeddingUsage(embeddings.PromptTokens, embeddings.PromptTokens)), OpenAiJson.Options);
    }

    private static string Base64(ReadOnlySpan<float> vector)
    {
        if (BitConverter.IsLittleEndian)
            return Convert.ToBase64String(MemoryMarshal.AsBytes(vector));
        var bytes = new byte[vector.Length * sizeof(float)];
        for (var i = 0; i < vector.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
        return Convert.ToBase64String(bytes);
    }

    private sealed record EmbeddingsAnswer(IReadOnlyList<EmbeddingAnswer> Data, string Model, EmbeddingUsage Usage)
    {
        public string Object { get; } = "list";
    }

    private sealed record EmbeddingAnswer(int Index, object Embedding)
    {
        public string Object { get; } = "embedding";
    }

    private sealed record EmbeddingUsage(int PromptTokens, int TotalTokens);
}
