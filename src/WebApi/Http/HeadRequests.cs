using Microsoft.AspNetCore.Http.Features;

namespace CleanLlm.WebApi.Http;

/// <summary>HEAD wherever there is GET (RFC 9110, 9.3.2): the same work up to the first byte of the body, and nothing after it.</summary>
internal static class HeadRequests
{
    /// <summary>Before routing, which then sees a GET, and around the problems, whose documents are bodies too.</summary>
    public static IApplicationBuilder UseHeadRequests(this IApplicationBuilder app) => app.Use(
        static (http, next) => HttpMethods.IsHead(http.Request.Method) ? AnswerAsync(http, next) : next(http));

    /// <summary>Names HEAD beside GET where an answer lists the methods that work.</summary>
    public static void Allow(IHeaderDictionary headers)
    {
        if (headers.Allow.ToString().Split(',', StringSplitOptions.TrimEntries).Contains(HttpMethods.Get, StringComparer.Ordinal))
            headers.Allow = $"{headers.Allow}, {HttpMethods.Head}";
    }

    private static async Task AnswerAsync(HttpContext http, RequestDelegate next)
    {
        var (left, body) = (http.RequestAborted, http.Features.GetRequiredFeature<IHttpResponseBodyFeature>());
        using var done = CancellationTokenSource.CreateLinkedTokenSource(left);
        http.Request.Method = HttpMethods.Get;
        http.RequestAborted = done.Token;
        http.Features.Set<IHttpResponseBodyFeature>(new HeadBody(body, done));
        try
        {
            await next(http);
        }
        catch (OperationCanceledException) when (http.Response.HasStarted && !left.IsCancellationRequested)
        {
            // The headers are out, which is the whole answer.
        }
        finally
        {
            http.Features.Set(body);
            http.RequestAborted = left;
            http.Request.Method = HttpMethods.Head;
        }
    }
}
