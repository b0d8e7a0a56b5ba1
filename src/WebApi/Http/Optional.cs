using System.Text.Json;
using System.Text.Json.Serialization;

namespace CleanLlm.WebApi.Http;

/// <summary>A property of a PATCH body of which <c>null</c> says something else than its absence (RFC 7396).</summary>
/// <param name="Value">What was given.</param>
[JsonConverter(typeof(OptionalConverter))]
internal readonly record struct Optional<T>(T Value)
{
    /// <summary>Whether the property was there at all.</summary>
    public bool IsGiven { get; } = true;
}

/// <summary>Reads the property if it is there.</summary>
internal sealed class OptionalConverter : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) =>
        typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Optional<>);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Converter<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;

    private sealed class Converter<T> : JsonConverter<Optional<T>>
    {
        public override bool HandleNull => true;

        public override Optional<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(JsonSerializer.Deserialize<T>(ref reader, options)!);

        public override void Write(Utf8JsonWriter writer, Optional<T> value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.Value, options);
    }
}
