using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using CleanLlm.Application.Completions;

namespace CleanLlm.Infrastructure.Completions;

/// <summary>Events of completions as JSON that instances of the same version write for each other.</summary>
internal static class EventJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { NameKinds } },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static byte[] Write(ArraySegment<CompletionEvent> events) => JsonSerializer.SerializeToUtf8Bytes(events, Options);

    public static CompletionEvent[] Read(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize<CompletionEvent[]>(json, Options)!;

    private static void NameKinds(JsonTypeInfo type)
    {
        if (type.Type != typeof(CompletionEvent))
            return;
        type.PolymorphismOptions = new JsonPolymorphismOptions
        {
            TypeDiscriminatorPropertyName = "$",
            DerivedTypes =
            {
                new JsonDerivedType(typeof(CompletionStarted), "started"),
                new JsonDerivedType(typeof(CompletionDelta), "delta"),
                new JsonDerivedType(typeof(CompletionFinished), "finished"),
                new JsonDerivedType(typeof(CompletionFailed), "failed"),
                new JsonDerivedType(typeof(CompletionCancelled), "cancelled"),
            },
        };
    }
}
