using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CleanLlm.Application.Completions.Log;

namespace CleanLlm.Infrastructure.Completions;

/// <summary>Events of completions as JSON that instances of the same version write for each other.</summary>
internal static class EventJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { NameKinds } },
        // Whatever is missing was written by another version: no event at all is better than half of one.
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public static byte[] Write(ArraySegment<CompletionEvent> events) => JsonSerializer.SerializeToUtf8Bytes(events, Options);

    /// <summary>At least one event.</summary>
    /// <exception cref="JsonException">Another version wrote it, or another program.</exception>
    public static CompletionEvent[] Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize<CompletionEvent[]>(json, Options) is { Length: > 0 } events && Array.TrueForAll(events, entry => entry is not null)
                ? events
                : throw new JsonException("No events.");
        }
        catch (NotSupportedException thrown)
        {
            throw new JsonException("An event without a kind.", thrown);
        }
    }

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
                new JsonDerivedType(typeof(CompletionReasoning), "reasoning"),
                new JsonDerivedType(typeof(CompletionFinished), "finished"),
                new JsonDerivedType(typeof(CompletionFailed), "failed"),
                new JsonDerivedType(typeof(CompletionCancelled), "cancelled"),
            },
        };
    }
}
