using NJsonSchema;
using NSwag;

namespace CleanLlm.WebApi.OpenApi;

/// <summary>Marks an operation that answers with server-sent events when the caller accepts them.</summary>
internal sealed class EventStreamMetadata
{
    /// <summary>The one instance: there is nothing to tell two apart.</summary>
    public static readonly EventStreamMetadata Instance = new();

    private const string MediaType = "text/event-stream";

    /// <summary>Adds the stream beside the JSON of the 200 answer.</summary>
    public static void Describe(OpenApiOperation operation)
    {
        if (!operation.Responses.TryGetValue("200", out var success))
            return;

        success.Content[MediaType] = new OpenApiMediaType
        {
            Schema = new JsonSchema
            {
                Type = JsonObjectType.String,
                Description =
                    "Server-sent events with increasing ids: `completion.started` {id, model}, `completion.delta` {text} …, then exactly one of "
                    + "`completion.finished` (the completion), `completion.failed` (the problem) or `completion.cancelled`. "
                    + "A comment line every 15 s keeps proxies awake. Refusals come as ordinary problems before the first event.",
            },
        };
    }
}
