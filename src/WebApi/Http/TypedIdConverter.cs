using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using CleanLlm.Domain.Results;

namespace CleanLlm.WebApi.Http;

/// <summary>Writes the domain's typed ids (<c>ChatId</c>, <c>UserId</c> …) as plain UUID strings.</summary>
internal sealed class TypedIdConverter : JsonConverterFactory
{
    /// <summary>Every typed id of the domain.</summary>
    public static readonly IReadOnlyList<Type> Types = [.. typeof(Error).Assembly.GetExportedTypes().Where(IsTypedId)];

    public override bool CanConvert(Type typeToConvert) => IsTypedId(typeToConvert);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Converter<>).MakeGenericType(typeToConvert))!;

    private static bool IsTypedId(Type type) =>
        type is { IsValueType: true, IsEnum: false }
        && type.Assembly == typeof(Error).Assembly
        && type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic) is [{ FieldType: var only }]
        && only == typeof(Guid);

    // A typed id is a Guid with a name, so that both have the same bits and no delegate is needed to go between them.
    private sealed class Converter<TId> : JsonConverter<TId>
        where TId : struct
    {
        public override TId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Unsafe.BitCast<Guid, TId>(reader.GetGuid());

        public override void Write(Utf8JsonWriter writer, TId value, JsonSerializerOptions options) =>
            writer.WriteStringValue(Unsafe.BitCast<TId, Guid>(value));
    }
}
