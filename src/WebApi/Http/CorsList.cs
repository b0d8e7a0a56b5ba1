using System.ComponentModel.DataAnnotations;
using CleanLlm.Application.Settings;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;

namespace CleanLlm.WebApi.Http;

/// <summary>The section <c>Cors</c>: which front ends of other origins browsers let in.</summary>
internal sealed record CorsListOptions : IValidatableObject
{
    /// <summary>Exact origins as browsers send them, e.g. <c>https://app.example.com</c>; without any there are no CORS headers.</summary>
    public IList<string> Origins { get; init; } = [];

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        from entry in Origins.Select((text, index) => (Text: text, Index: index))
        where !IsOrigin(entry.Text)
        select new ValidationResult(
            $"Cors:Origins:{entry.Index} must be an origin as browsers send it: http or https, host in lower case, port unless it is the scheme's own, "
            + "nothing after it, no '*'.",
            [nameof(Origins)]);

    // Compared with its own canonical form: a path, a user, a default port or a wildcard makes a difference.
    private static bool IsOrigin(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
        && uri.UserInfo.Length == 0
        && string.Equals(text, $"{uri.Scheme}://{(uri.IsDefaultPort ? uri.IdnHost : $"{uri.IdnHost}:{uri.Port}")}", StringComparison.Ordinal);
}

/// <summary>Answers browsers of the listed origins. Callers show tokens and no cookies, so credentials are never allowed.</summary>
internal static class CorsList
{
    private static readonly TimeSpan PreflightAge = TimeSpan.FromHours(1);

    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

    private static readonly string[] Exposed = ["RateLimit", "RateLimit-Policy", "Retry-After", "Location", "Idempotency-Replayed", "Completion-Id"];

    /// <summary>The list, checked at start.</summary>
    public static IServiceCollection AddCorsList(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<CorsListOptions>(configuration, "Cors");
        services.AddOptions<CorsOptions>().Configure<IOptions<CorsListOptions>>((cors, list) => cors.AddDefaultPolicy(policy => policy
            .WithOrigins([.. list.Value.Origins])
            .WithMethods(Methods)
            .AllowAnyHeader()
            .WithExposedHeaders(Exposed)
            .SetPreflightMaxAge(PreflightAge)));
        return services.AddCors();
    }

    /// <summary>Nothing without a list.</summary>
    public static IApplicationBuilder UseCorsList(this IApplicationBuilder app) =>
        app.ApplicationServices.GetRequiredService<IOptions<CorsListOptions>>().Value.Origins.Count > 0 ? app.UseCors() : app;
}
