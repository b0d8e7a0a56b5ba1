using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using CleanLlm.Application.Ai;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.OpenAi;

/// <summary>Reads the answer of <c>POST /embeddings</c>: vectors as base64 of little-endian floats, or as numbers.</summary>
internal static class EmbeddingReader
{
    /// <param name="json">The document.</param>
    /// <param name="count">How many vectors were asked for.</param>
    /// <param name="model">The name to give them.</param>
    /// <exception cref="JsonException">It is not the JSON of an answer.</exception>
    /// <exception cref="ProviderException">It holds other vectors than were asked for.</exception>
    public static GeneratedEmbeddings<Embedding<float>> Read(ReadOnlySpan<byte> json, int count, string? model)
    {
        var vectors = new float[]?[count];
        var reader = new Utf8JsonReader(json);
        try
        {
            // The document is parsed once into elements of its own buffer, as the vectors may come before or after their index.
            var root = JsonElement.ParseValue(ref reader);
            foreach (var (position, item) in root.GetProperty("data").EnumerateArray().Index())
                vectors[Index(item) ?? position] = Vector(item.GetProperty("embedding"));

            return Array.TrueForAll(vectors, vector => vector is { Length: > 0 } && vector.Length == vectors[0]!.Length && Array.TrueForAll(vector, float.IsFinite))
                ? new GeneratedEmbeddings<Embedding<float>>(vectors.Select(vector => new Embedding<float>(vector) { ModelId = model })) { Usage = Usage(root) }
                : throw new ProviderException(ProviderFailure.BadAnswer, "The provider's answer does not hold all embeddings.");
        }
        catch (Exception thrown) when (thrown is InvalidOperationException or FormatException or KeyNotFoundException or IndexOutOfRangeException)
        {
            throw new JsonException("An unexpected value.", thrown);
        }
    }

    /// <summary>Null when it is not told. An impossible one is an error, and not a missing one: it says that the order is another one.</summary>
    private static int? Index(JsonElement item)
    {
        if (!item.TryGetProperty("index", out var told) || told.ValueKind == JsonValueKind.Null)
            return null;
        return Number(told) is var index && float.IsInteger(index) && Math.Abs(index) < int.MaxValue
            ? (int)index
            : throw new FormatException("No index.");
    }

    private static float[] Vector(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            // Servers that make a vector for each token wrap the one that is asked for.
            var numbers = value is { ValueKind: JsonValueKind.Array } && value.GetArrayLength() == 1 && value[0].ValueKind == JsonValueKind.Array ? value[0] : value;
            return [.. numbers.EnumerateArray().Select(Number)];
        }

        var bytes = value.GetBytesFromBase64();
        if (bytes.Length % sizeof(float) != 0)
            throw new FormatException("Not a whole number of floats.");
        var vector = MemoryMarshal.Cast<byte, float>(bytes).ToArray();
        if (!BitConverter.IsLittleEndian)
        {
            for (var i = 0; i < vector.Length; i++)
                vector[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * sizeof(float)));
        }

        return vector;
    }

    private static float Number(JsonElement value) => value.ValueKind == JsonValueKind.String
        ? float.Parse(value.GetString()!, NumberStyles.Float, CultureInfo.InvariantCulture)
        : value.GetSingle();

    private static UsageDetails? Usage(JsonElement root)
    {
        if (!root.TryGetProperty("usage", out var usage))
            return null;
        var reader = new Utf8JsonReader(JsonMarshal.GetRawUtf8Value(usage));
        reader.Read();
        return UsageReader.Read(ref reader);
    }
}
