using System.Globalization;
using Microsoft.Extensions.Options;

namespace CleanLlm.WebApi.Http;

/// <summary>
/// Headers that every answer carries (OWASP REST Security Cheat Sheet), set at its very start, so that failures carry them too.
/// There is no redirect to https: a client that sent its token in the clear must notice (docs/operations.md).
/// </summary>
internal sealed class ResponseHygiene(IOptions<HttpOptions> http, IHostEnvironment environment, Departure departure)
{
    // Answers are data: nothing in them may run, load or be framed. The user interface of the API document needs its own files.
    private const string DataPolicy = "default-src 'none'; frame-ancestors 'none'";
    private const string DocumentPolicy =
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

    private readonly string? transportSecurity = environment.IsDevelopment() || http.Value.HstsSeconds == 0
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"max-age={http.Value.HstsSeconds}{(http.Value.HstsIncludeSubDomains ? "; includeSubDomains" : "")}");

    /// <summary>Sets them on one answer. What an endpoint said about caching stays, unless the answer may hold personal data.</summary>
    public void Apply(HttpContext context)
    {
        var (path, headers) = (context.Request.Path, context.Response.Headers);
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers.ContentSecurityPolicy = path.StartsWithSegments("/swagger", StringComparison.Ordinal) ? DocumentPolicy : DataPolicy;
        if (IsPersonal(path) && !headers.CacheControl.ToString().Contains("no-store", StringComparison.Ordinal))
            headers.CacheControl = "no-store";
        // A balancer reuses no such connection, so that no request meets its closing. HTTP/2 has its own way to say so.
        if (departure.HasBegun && !HttpProtocol.IsHttp2(context.Request.Protocol) && !HttpProtocol.IsHttp3(context.Request.Protocol))
            headers.Connection = "close";
        if (transportSecurity is not null && context.Request.IsHttps)
            headers.StrictTransportSecurity = transportSecurity;
    }

    /// <summary>Takes note of a request.</summary>
    public void Note()
    {
        if (departure.HasBegun)
            departure.NoteRequest();
    }

    private static bool IsPersonal(PathString path) =>
        path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase) || path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase);
}

/// <summary>Puts <see cref="ResponseHygiene"/> into the pipeline.</summary>
internal static class ResponseHygieneRegistration
{
    /// <summary>After the trusted proxies, which say whether the caller came by https.</summary>
    public static IApplicationBuilder UseResponseHygiene(this IApplicationBuilder app)
    {
        var hygiene = app.ApplicationServices.GetRequiredService<ResponseHygiene>();
        return app.Use((http, next) =>
        {
            hygiene.Note();
            http.Response.OnStarting(
                static state =>
                {
                    var (hygiene, http) = ((ResponseHygiene, HttpContext))state;
                    hygiene.Apply(http);
                    return Task.CompletedTask;
                },
                (hygiene, http));
            return next(http);
        });
    }
}
