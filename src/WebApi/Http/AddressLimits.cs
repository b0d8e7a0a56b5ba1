using System.Globalization;
using CleanLlm.Application.Accounts;
using CleanLlm.Application.RateLimiting;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace CleanLlm.WebApi.Http;

/// <summary>Limits how often one address calls what needs no credential, before anything of the body is read.</summary>
internal static class AddressLimits
{
    private static readonly CostlyCall Costly = new();

    /// <summary>The settings, checked at start.</summary>
    public static IServiceCollection AddAddressLimits(this IServiceCollection services)
    {
        services.AddOptions<RateLimitingOptions>().BindConfiguration("RateLimiting").ValidateDataAnnotations().ValidateOnStart();
        return services;
    }

    /// <summary>Gives an anonymous call the stricter limit: it makes an account or sends a mail.</summary>
    public static TBuilder AsCostly<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(Costly);

    /// <summary>Before authentication, which these calls do not need. Every anonymous POST below <c>/api/v1/auth</c> is limited.</summary>
    public static IApplicationBuilder UseAddressLimits(this IApplicationBuilder app)
    {
        var options = app.ApplicationServices.GetRequiredService<IOptions<RateLimitingOptions>>().Value;
        if (!options.Enabled)
            return app;

        var (limiter, current) = (app.ApplicationServices.GetRequiredService<IRateLimiter>(), app.ApplicationServices.GetRequiredService<ICurrentClient>());
        var clock = app.ApplicationServices.GetRequiredService<TimeProvider>();
        return app.Use(async (http, next) =>
        {
            if (LimitOf(http, options) is { } limit
                && await limiter.TakeAsync(limit, current.Client.Network, http.RequestAborted) is { } wait)
                await RefuseAsync(http, limit, wait, clock.GetUtcNow());
            else
                await next(http);
        });
    }

    private static RateLimit? LimitOf(HttpContext http, RateLimitingOptions options) =>
        HttpMethods.IsPost(http.Request.Method)
        && http.Request.Path.StartsWithSegments("/api/v1/auth", StringComparison.OrdinalIgnoreCase)
        && http.GetEndpoint()?.Metadata is { } metadata
        && metadata.GetMetadata<IAllowAnonymous>() is not null
            ? options.Of(metadata.GetMetadata<CostlyCall>() is not null)
            : null;

    private static Task RefuseAsync(HttpContext http, RateLimit limit, TimeSpan wait, DateTimeOffset now)
    {
        var (seconds, window) = (Math.Ceiling(wait.TotalSeconds), Math.Ceiling(limit.Burst * limit.Regrowth.TotalSeconds));
        http.Response.Headers["RateLimit-Policy"] = string.Create(CultureInfo.InvariantCulture, $"\"{limit.Name}\";q={limit.Burst};w={window}");
        http.Response.Headers["RateLimit"] = string.Create(CultureInfo.InvariantCulture, $"\"{limit.Name}\";r=0;t={seconds}");
        var problem = StatusProblems.Of(StatusCodes.Status429TooManyRequests, http) with
        {
            Limit = limit.Burst,
            Window = string.Create(CultureInfo.InvariantCulture, $"{window}s"),
            Metric = "requests",
            ResetsAt = now + wait,
        };
        return problem.WriteAsync(http, wait);
    }

    private sealed class CostlyCall;
}
