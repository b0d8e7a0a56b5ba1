using NJsonSchema;
using NSwag;

namespace CleanLlm.WebApi.OpenApi;

/// <summary>Marks an operation that answers with server-sent events when the caller accepts them.</summary>
internal sealed class EventStreamMetadata
{
    /// <summary>The one instance: there is nothing to tell two apart.</summary>
    public static readonly EventStreamMetadata Instance = new();

    /// <summary>Tells generators of clients that an operation streams: <c>also</c> beside its JSON, or <c>only</c>.</summary>
    public const string Extension = "x-event-stream";

    private const string MediaType = "text/event-stream";
    private const string Json = "application/json";

    /// <summary>Adds the stream beside the JSON of the 200 answer, where there is one.</summary>
    public static void Describe(OpenApiOperation operation)
    {
        if (!operation.Responses.TryGetValue("200", out var success))
            return;

        // A document that is a mere text is how a stream without JSON is declared.
        var onlyStreams = success.Content.TryGetValue(Json, out var document) && document.Schema?.ActualSchema.Type == JsonObjectType.String;
        if (onlyStreams)
            success.Content.Remove(Json);
        operation.ExtensionData ??= new Dictionary<string, object?>(StringComparer.Ordinal);
        operation.ExtensionData[Extension] = onlyStreams ? "only" : "also";
        success.Content[MediaType] = new OpenApiMediaType
        {
            Schema = new JsonSchema
            {
                Type = JsonObjectType.String,
                Description =
                    "Server-sent events with increasing ids: `completion.started` {id, model}, `completion.delta` {text} and, where the model thinks "
                    + "aloud, `completion.reasoning` {text} …, then exactly one of `completion.finished` (the completion), "
                    + "`completion.failed` (the problem) or `completion.cancelled`. "
                    + "A comment line every 15 s keeps proxies awake. Refusals come as ordinary problems before the first event.",
            },
        };
    }
}
