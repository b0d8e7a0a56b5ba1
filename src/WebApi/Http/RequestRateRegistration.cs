using Microsoft.Extensions.Options;

namespace CleanLlm.WebApi.Http;

/// <summary>Puts the rates of signed-in callers into the pipeline.</summary>
internal static class RequestRateRegistration
{
    /// <summary>Behind authorization, which knows the caller, and in front of all that reads a body. Nothing where the limits are off.</summary>
    public static IApplicationBuilder UseRequestRates(this IApplicationBuilder app)
    {
        if (!app.ApplicationServices.GetRequiredService<IOptions<RateLimitingOptions>>().Value.Enabled)
            return app;

        var rates = app.ApplicationServices.GetRequiredService<RequestRates>();
        return app.Use(next => http => rates.LimitAsync(http, next));
    }
}
