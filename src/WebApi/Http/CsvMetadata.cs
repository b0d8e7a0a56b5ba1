using NJsonSchema;
using NSwag;

namespace CleanLlm.WebApi.Http;

/// <summary>Marks an operation that answers as CSV to a caller that prefers it to JSON.</summary>
internal sealed class CsvMetadata
{
    /// <summary>The one instance: two would be equal.</summary>
    public static readonly CsvMetadata Instance = new();

    /// <summary>Adds the CSV beside the JSON of the 200 answer.</summary>
    public static void Describe(OpenApiOperation operation)
    {
        if (operation.Responses.TryGetValue("200", out var success))
        {
            success.Content[Csv.MediaType] = new OpenApiMediaType
            {
                Schema = new JsonSchema { Type = JsonObjectType.String, Description = "Comma-separated values (RFC 4180) with a header line." },
            };
        }
    }
}
