using System.Text.Json;
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
        if (!request.HasJsonContentType())
            throw new BadHttpRequestException("The body has another media type.", StatusCodes.Status415UnsupportedMediaType);
        JsonDocument document;
        try
        {
            document = await JsonDocument.ParseAsync(request.Body, reading, ct);
        }
        catch (JsonException malformed)
        {
            throw new BadHttpRequestException("The body is malformed.", StatusCodes.Status400BadRequest, malformed);
        }

        if (document.RootElement.ValueKind == JsonValueKind.Object)
            return document;
        document.Dispose();
        throw new BadHttpRequestException("The body is no object.", StatusCodes.Status400BadRequest, new JsonException());
    }
}
