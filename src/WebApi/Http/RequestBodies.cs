using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;

namespace CleanLlm.WebApi.Http;

/// <summary>
/// What a body may be, wherever one is read: JSON in UTF-8, plain or packed by gzip, and left out where all of its members may be. Nothing is
/// refused before it is read.
/// </summary>
internal static class RequestBodies
{
    private const string Gzip = "gzip";
    private const string Json = "application/json";

    private static readonly BodyFault OtherEncoding =
        new(StatusCodes.Status415UnsupportedMediaType, "Send the body as it is, or packed once with 'Content-Encoding: gzip'.", AcceptEncoding: Gzip);

    private static readonly BodyFault OtherCharset =
        new(StatusCodes.Status415UnsupportedMediaType, "The body must be in UTF-8: leave 'charset' out, or send 'charset=utf-8'.");

    private static readonly ConcurrentDictionary<Type, bool> Optional = new();

    /// <summary>After authorization: it may read the first bytes.</summary>
    public static IApplicationBuilder UseRequestBodies(this IApplicationBuilder app) => app.Use(static (http, next) =>
    {
        if (http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != true)
        {
            FillIn(http);
            return next(http);
        }

        Unpack(http);
        Decode(http);
        return http.Request.ContentLength is null && TakesBody(http) ? PeekAsync(http, next) : next(http);
    });

    /// <summary>
    /// Whether a body of this type may be left out: each of its members has a default, and it is no <see cref="IRequiredBody"/>. A PATCH without a body
    /// would change nothing.
    /// </summary>
    public static bool IsOptional(string method, Type? body) => !HttpMethods.IsPatch(method) && body is not null && Optional.GetOrAdd(
        body,
        static type => !type.IsAssignableTo(typeof(IRequiredBody)) && type.GetConstructors() is [var only] && only.GetParameters() is { Length: > 0 } members && Array.TrueForAll(members, member => member.HasDefaultValue));

    private static void Unpack(HttpContext http)
    {
        var request = http.Request;
        if (request.Headers.ContentEncoding.Count == 0)
            return;

        var codings = request.Headers.ContentEncoding.ToString()
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(coding => !coding.Equals("identity", StringComparison.OrdinalIgnoreCase))
            .ToList();
        if (codings is [var coding] && (coding.Equals(Gzip, StringComparison.OrdinalIgnoreCase) || coding.Equals("x-gzip", StringComparison.OrdinalIgnoreCase)))
        {
            var body = new UnpackedBody(http, request.Body, BodyLimits.Of(http));
            http.Response.RegisterForDispose(body);
            (request.Body, request.ContentLength) = (body, null);
        }
        else if (codings.Count > 0)
        {
            request.Body = new RefusedBody(http, OtherEncoding);
        }

        request.Headers.ContentEncoding = default;
    }

    // The framework would read other charsets, and fail on those that it does not know.
    private static void Decode(HttpContext http)
    {
        var request = http.Request;
        if (request.ContentType?.Contains("charset", StringComparison.OrdinalIgnoreCase) != true
            || !request.HasJsonContentType()
            || !MediaTypeHeaderValue.TryParse(request.ContentType, out var type))
            return;

        var charset = HeaderUtilities.RemoveQuotes(type.Charset);
        request.ContentType = type.MediaType.ToString();
        if (charset.Length > 0 && !charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) && !charset.Equals("utf8", StringComparison.OrdinalIgnoreCase))
            request.Body = new RefusedBody(http, OtherCharset);
    }

    private static async Task PeekAsync(HttpContext http, RequestDelegate next)
    {
        var body = new PeekedBody(http.Request.Body);
        http.Request.Body = body;
        if (await body.IsEmptyAsync(http.RequestAborted))
        {
            http.Features.Set<IHttpRequestBodyDetectionFeature>(new Detected(CanHaveBody: false));
            FillIn(http);
        }

        await next(http);
    }

    private static void FillIn(HttpContext http)
    {
        if (!IsOptional(http.Request.Method, http.GetEndpoint()?.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType))
            return;
        http.Features.Set<IHttpRequestBodyDetectionFeature>(new Detected(CanHaveBody: true));
        (http.Request.Body, http.Request.ContentType) = (new MemoryStream("{}"u8.ToArray(), writable: false), Json);
    }

    // By its parameters, or as the calls below /v1 say it.
    private static bool TakesBody(HttpContext http) => http.GetEndpoint()?.Metadata is { } metadata
        && (metadata.GetMetadata<IAcceptsMetadata>() is not null || metadata.GetMetadata<BodyLimit>() is not null);

    private sealed record Detected(bool CanHaveBody) : IHttpRequestBodyDetectionFeature;
}
