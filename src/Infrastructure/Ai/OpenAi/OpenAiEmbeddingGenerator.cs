using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using CleanLlm.Application.Ai;
using CleanLlm.Infrastructure.Ai.Calls;
using CleanLlm.Infrastructure.Ai.Options;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.OpenAi;

/// <summary>
/// Asks one OpenAI-compatible server for embeddings, with the time limits of a chat call; one attempt's first byte comes when all are made.
/// Every failure is a <see cref="ProviderException"/>.
/// </summary>
internal sealed class OpenAiEmbeddingGenerator(IOpenAiApi api, ModelDialects dialects, ProviderOptions provider, TimeProvider clock)
    : IEmbeddingGenerator<string, Embedding<float>>
{
    // 4,096 dimensions as decimal numbers; larger than any vector of a text that is in use.
    private const int MaxVectorBytes = 64 * 1024;

    private static readonly MediaTypeHeaderValue Json = new("application/json");

    /// <returns>As many as there are values, in their order.</returns>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var asked = values.ToList();
        var model = options?.ModelId ?? throw new ArgumentException("The model's name is missing.", nameof(options));
        using var limits = new CallClock(provider, clock, cancellationToken);
        if (!dialects.TakesBase64(model))
            return await AskAsync(asked, options, base64: false, limits);

        GeneratedEmbeddings<Embedding<float>> vectors;
        try
        {
            vectors = await AskAsync(asked, options, base64: true, limits);
        }
        // It may be the base64 that it does not take, or does not give as others do; once it has, it is not.
        catch (ProviderException failure) when (IsOfFormat(failure) && !dialects.KnowsBase64(model))
        {
            vectors = await AskAsync(asked, options, base64: false, limits);
            dialects.Learn(model, static known => known with { TakesBase64 = false });
            return vectors;
        }

        dialects.Learn(model, static known => known with { TakesBase64 = true });
        return vectors;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    private static bool IsOfFormat(ProviderException failure) => failure.Failure
        is ProviderFailure.Rejected or ProviderFailure.UnsupportedParameter
        || failure is { Failure: ProviderFailure.BadAnswer, Status: null };

    private async Task<GeneratedEmbeddings<Embedding<float>>> AskAsync(
        List<string> asked, EmbeddingGenerationOptions options, bool base64, CallClock limits)
    {
        using var request = Request(asked, options, base64);
        using var response = await HttpCalls.OpenAsync(api.EmbedAsync(request, limits.Token), limits, clock);
        var length = response.Content.Headers.ContentLength;
        return await HttpCalls.ReadWholeAsync(
            response,
            limits,
            async body => EmbeddingReader.Read((await body.ReadToEndAsync(length, limits.Token)).Span, asked.Count, options.ModelId),
            MaxDocumentBytes(asked.Count));
    }

    private static int MaxDocumentBytes(int vectors) => AnswerStream.MaxPartBytes + (vectors * MaxVectorBytes);

    /// <summary>Base64 is a quarter of the size of decimal numbers; many servers that do not know it answer numbers.</summary>
    private static ReadOnlyMemoryContent Request(List<string> values, EmbeddingGenerationOptions options, bool base64)
    {
        var body = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("model"u8, options.ModelId);
            json.WriteStartArray("input"u8);
            foreach (var value in values)
                json.WriteStringValue(value);
            json.WriteEndArray();
            json.WriteString("encoding_format"u8, base64 ? "base64"u8 : "float"u8);
            if (options.Dimensions is { } dimensions)
                json.WriteNumber("dimensions"u8, dimensions);
            if (options.AdditionalProperties?.GetValueOrDefault("user") is JsonElement { ValueKind: JsonValueKind.String } user)
                json.WriteString("user"u8, user.GetString());
            json.WriteEndObject();
        }

        return new ReadOnlyMemoryContent(body.WrittenMemory) { Headers = { ContentType = Json } };
    }
}
