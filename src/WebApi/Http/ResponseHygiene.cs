namespace CleanLlm.WebApi.Http;

/// <summary>Headers that every answer carries.</summary>
internal static class ResponseHygiene
{
    /// <summary>Sets them before the rest of the pipeline runs.</summary>
    public static IApplicationBuilder UseResponseHygiene(this IApplicationBuilder app) => app.Use(static (http, next) =>
    {
        Apply(http);
        return next(http);
    });

    /// <summary>No sniffing of media types anywhere; answers of the API hold personal data and are kept by no cache.</summary>
    public static void Apply(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        if (http.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase))
            headers.CacheControl = "no-store";
    }
}
