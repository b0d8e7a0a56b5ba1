using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace CleanLlm.WebApi.OpenAi;

/// <summary>
/// Reads a request's body as a JSON object. What cannot be read is the framework's own exception, so it is answered like everywhere else.
/// </summary>
internal sealed class OpenAiBody(IOptions<OpenAiOptions> options)
{
    // A name given twice means one thing to us and another to the provider.
    private readonly JsonDocumentOptions reading = new() { MaxDepth = options.Value.MaxJsonDepth, AllowDuplicateProperties = false };

    /// <exception cref="BadHttpRequestException">It is no JSON object, or too large.</exception>
    public async Task<JsonDocument> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        if (request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == false)
            throw new BadHttpRequestException("The request has no body.");
        if (!request.HasJsonContentType())
            throw new BadHttpRequestException("The body has another media type.", StatusCodes.Status415UnsupportedMediaType);
        JsonDocument document;
        try
        {
            document = await JsonDocument.ParseAsync(request.Body, reading, ct);
        }
        // Names are compared as they are read, and one that is no text is another exception.
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            throw new BadHttpRequestException("The body is malformed.", StatusCodes.Status400BadRequest, malformed as JsonException ?? new JsonException());
        }

        if (document.RootElement.ValueKind == JsonValueKind.Object && IsText(document.RootElement))
            return document;
        document.Dispose();
        throw new BadHttpRequestException("The body is no object of whole texts.", StatusCodes.Status400BadRequest, new JsonException());
    }

    // Half of a surrogate pair, and what is no UTF-8 at all, is valid JSON to the parser (RFC 8259, 8.2) but no text: it would fail wherever it is read or written first.
    private static bool IsText(JsonElement root)
    {
        var json = JsonMarshal.GetRawUtf8Value(root);
        if (!Utf8.IsValid(json))
            return false;
        if (json.IndexOf("\\ud"u8) < 0 && json.IndexOf("\\uD"u8) < 0)
            return true;
        try
        {
            // Decodes every name and text on its way.
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = int.MaxValue });
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                    reader.GetString();
            }

            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
