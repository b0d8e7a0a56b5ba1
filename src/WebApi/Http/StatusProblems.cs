using CleanLlm.Application.Callers;

namespace CleanLlm.WebApi.Http;

/// <summary>Problem documents for what the framework answers with a bare status: unknown routes, wrong methods, missing credentials.</summary>
internal static class StatusProblems
{
    /// <summary>The document that belongs to a status.</summary>
    public static Problem Of(int status, HttpContext http)
    {
        var (code, detail) = status switch
        {
            StatusCodes.Status400BadRequest => ("request.malformed", "The request cannot be read."),
            StatusCodes.Status401Unauthorized => ("auth.required", "Send an access token or an API key as 'Authorization: Bearer …', or an API key as 'x-api-key: …'."),
            StatusCodes.Status403Forbidden => ("auth.forbidden", Needed(http)),
            StatusCodes.Status404NotFound => ("route.not_found", "There is nothing at this address."),
            StatusCodes.Status405MethodNotAllowed => ("method.not_allowed", "This address does not take this method; see the header 'Allow'."),
            StatusCodes.Status408RequestTimeout => ("request.timeout", "The request came too slowly."),
            StatusCodes.Status413PayloadTooLarge => ("request.too_large", "The body is larger than the server takes."),
            StatusCodes.Status415UnsupportedMediaType => ("request.unsupported_media_type", "Send the body as 'Content-Type: application/json'."),
            StatusCodes.Status429TooManyRequests => ("rate_limit.exceeded", "Too many requests; see the header 'Retry-After'."),
            StatusCodes.Status503ServiceUnavailable => ("dependency.unavailable", "A part that this request needs is not available; try again."),
            >= StatusCodes.Status500InternalServerError => ("server.error", "Something went wrong on our side; the traceId finds it in our logs."),
            _ => ("request.refused", "The request was refused."),
        };
        return Problem.Of(status, code, BodyFault.Of(http, status)?.Detail ?? detail, http);
    }

    private static string Needed(HttpContext http) => http.GetEndpoint()?.Metadata.GetMetadata<AccessNeed>() is { } need ? need.Detail
        : http.Features.Get<ApiKeyAccess>() is not null ? "No API key opens this; sign in and send an access token."
        : "Your role or your key's scopes do not allow this.";
}
