using CleanLlm.Application.Callers;
using CleanLlm.Application.RateLimiting;
using CleanLlm.Application.Settings;
using CleanLlm.Domain.Quotas;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace CleanLlm.WebApi.Http;

/// <summary>Limits how often one address calls what needs no credential, before anything of the body is read.</summary>
internal static class AddressLimits
{
    /// <summary>The settings, checked at start.</summary>
    public static IServiceCollection AddAddressLimits(this IServiceCollection services, IConfiguration configuration) =>
        services.AddSettings<RateLimitingOptions>(configuration, "RateLimiting");

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
                await RateRefusals.WriteAsync(http, limit, "address", wait, clock.GetUtcNow());
            else
                await next(http);
        });
    }

    private static RateLimit? LimitOf(HttpContext http, RateLimitingOptions options) =>
        HttpMethods.IsPost(http.Request.Method)
        && http.Request.Path.StartsWithSegments("/api/v1/auth", StringComparison.OrdinalIgnoreCase)
        && http.GetEndpoint()?.Metadata is { } metadata
        && metadata.GetMetadata<IAllowAnonymous>() is not null
            ? options.OfAddress(metadata.GetMetadata<ClassOfRequests>() is { Class: RequestClass.Costly })
            : null;
}
