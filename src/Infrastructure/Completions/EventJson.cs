using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CleanLlm.Application.Completions.Log;

namespace CleanLlm.Infrastructure.Completions;

/// <summary>Events of completions as JSON that instances of the same version write for each other.</summary>
internal static class EventJson
{
    private const int FirstBytes = 1024;
    private const string Kind = "$";
    private const string Delta = "delta";

    private static readonly JsonEncodedText KindName = JsonEncodedText.Encode(Kind);
    private static readonly JsonEncodedText DeltaKind = JsonEncodedText.Encode(Delta);
    private static readonly JsonEncodedText TextName = JsonEncodedText.Encode(nameof(CompletionDelta.Text));

    private static readonly JsonSerializerOptions Options = new()
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { NameKinds } },
        // Whatever is missing was written by another version: no event at all is better than half of one.
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public static byte[] Write(ArraySegment<CompletionEvent> events)
    {
        var output = new ArrayBufferWriter<byte>(FirstBytes);
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartArray();
            foreach (var entry in events)
                Write(json, entry);
            json.WriteEndArray();
        }

        return output.WrittenSpan.ToArray();
    }

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

    // Plain text is most of what a run says, and finding out how to write a kind takes longer than writing it.
    private static void Write(Utf8JsonWriter json, CompletionEvent entry)
    {
        if (entry is not CompletionDelta { ToolCall: null, Field: null } delta)
        {
            JsonSerializer.Serialize(json, entry, Options);
            return;
        }

        json.WriteStartObject();
        json.WriteString(KindName, DeltaKind);
        json.WriteString(TextName, delta.Text);
        json.WriteEndObject();
    }

    private static void NameKinds(JsonTypeInfo type)
    {
        if (type.Type != typeof(CompletionEvent))
            return;
        type.PolymorphismOptions = new JsonPolymorphismOptions
        {
            TypeDiscriminatorPropertyName = Kind,
            DerivedTypes =
            {
                new JsonDerivedType(typeof(CompletionStarted), "started"),
                new JsonDerivedType(typeof(CompletionDelta), Delta),
                new JsonDerivedType(typeof(CompletionReasoning), "reasoning"),
                new JsonDerivedType(typeof(CompletionFinished), "finished"),
                new JsonDerivedType(typeof(CompletionFailed), "failed"),
                new JsonDerivedType(typeof(CompletionCancelled), "cancelled"),
            },
        };
    }
}
