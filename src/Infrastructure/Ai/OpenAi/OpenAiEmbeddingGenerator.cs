using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using CleanLlm.Application.Ai;
using CleanLlm.Infrastructure.Ai.Calls;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.OpenAi;

/// <summary>
/// Asks one OpenAI-compatible server for embeddings, with the time limits of a chat call; one attempt's first byte comes when all are made.
/// Every failure is a <see cref="ProviderException"/>.
/// </summary>
internal sealed class OpenAiEmbeddingGenerator(IOpenAiApi api, ProviderOptions provider, TimeProvider clock)
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
        using var request = Request(asked, options);
        using var limits = new CallClock(provider, clock, cancellationToken);
        using var response = await HttpCalls.OpenAsync(api.EmbedAsync(request, limits.Token), limits, clock);
        var length = response.Content.Headers.ContentLength;
        return await HttpCalls.ReadWholeAsync(
            response,
            limits,
            async body => EmbeddingReader.Read((await body.ReadToEndAsync(length, limits.Token)).Span, asked.Count, options?.ModelId),
            MaxDocumentBytes(asked.Count));
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    private static int MaxDocumentBytes(int vectors) => AnswerStream.MaxPartBytes + (vectors * MaxVectorBytes);

    /// <summary>Asks for base64, a quarter of the size of decimal numbers; a server that does not know it answers numbers.</summary>
    private static ReadOnlyMemoryContent Request(List<string> values, EmbeddingGenerationOptions? options)
    {
        var model = options?.ModelId ?? throw new ArgumentException("The model's name is missing.", nameof(options));
        var body = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("model"u8, model);
            json.WriteStartArray("input"u8);
            foreach (var value in values)
                json.WriteStringValue(value);
            json.WriteEndArray();
            json.WriteString("encoding_format"u8, "base64"u8);
            if (options.Dimensions is { } dimensions)
                json.WriteNumber("dimensions"u8, dimensions);
            if (options.AdditionalProperties?.GetValueOrDefault("user") is JsonElement { ValueKind: JsonValueKind.String } user)
                json.WriteString("user"u8, user.GetString());
            json.WriteEndObject();
        }

        return new ReadOnlyMemoryContent(body.WrittenMemory) { Headers = { ContentType = Json } };
    }
}
