using System.Globalization;
using CleanLlm.Application.RateLimiting;

namespace CleanLlm.WebApi.Http;

/// <summary>Answers a request that came too soon: 429 with the limit and when to retry.</summary>
internal static class RateRefusals
{
    /// <summary>Writes the answer.</summary>
    /// <param name="http">The request.</param>
    /// <param name="limit">The limit that refused it.</param>
    /// <param name="subject">Whom it limits: <c>address</c>, <c>user</c> or <c>key</c>.</param>
    /// <param name="wait">How long until the next permit.</param>
    /// <param name="now">The present.</param>
    public static Task WriteAsync(HttpContext http, RateLimit limit, string subject, TimeSpan wait, DateTimeOffset now)
    {
        var (seconds, window) = (Math.Ceiling(wait.TotalSeconds), Math.Ceiling(limit.Burst * limit.Regrowth.TotalSeconds));
        http.Response.Headers["RateLimit-Policy"] = string.Create(CultureInfo.InvariantCulture, $"\"{limit.Name}\";q={limit.Burst};w={window}");
        http.Response.Headers["RateLimit"] = string.Create(CultureInfo.InvariantCulture, $"\"{limit.Name}\";r=0;t={seconds}");
        var problem = StatusProblems.Of(StatusCodes.Status429TooManyRequests, http) with
        {
            Limit = limit.Burst,
            Window = string.Create(CultureInfo.InvariantCulture, $"{window}s"),
            Metric = "requests",
            Subject = subject,
            ResetsAt = now + wait,
        };
        return problem.WriteAsync(http, wait);
    }
}
