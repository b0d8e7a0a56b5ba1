using System.Reflection;
using CleanLlm.WebApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CleanLlm.WebApi.Endpoints;

/// <summary>What whoever runs the program asks it; open to everyone, and without anything secret.</summary>
internal static class OperationsEndpoints
{
    /// <summary>Health checks with this tag decide whether the instance takes traffic.</summary>
    private const string ReadyTag = "ready";

    private static readonly string Version =
        typeof(OperationsEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>The calls outside <c>/api</c>.</summary>
    public static void MapOperations(this IEndpointRouteBuilder app)
    {
        var operations = app.MapGroup("").WithTags("Operations").AllowAnonymous();
        operations.MapGet("/health/live", Live)
            .WithName("Operations_Live")
            .WithSummary("Says that the program runs")
            .WithDescription("Asks no dependency: a restart would not bring those back.");
        operations.MapGet("/health/ready", Ready)
            .WithName("Operations_Ready")
            .Produces<Readiness>(StatusCodes.Status503ServiceUnavailable)
            .WithSummary("Says whether the instance takes traffic")
            .WithDescription("200 when healthy or degraded, 503 when a dependency that every request needs is down, or when the process is being stopped.");
        operations.MapGet("/version", GetVersion)
            .WithName("Operations_Version")
            .WithSummary("Says which version runs, and in which environment");
    }

    private static Ok<Liveness> Live() => TypedResults.Ok(new Liveness(HealthStatus.Healthy));

    private static async Task<Results<Ok<Readiness>, JsonHttpResult<Readiness>>> Ready(HealthCheckService checks, Departure departure, CancellationToken ct)
    {
        if (departure.HasBegun)
            return TypedResults.Json(new Readiness(HealthStatus.Unhealthy, []), statusCode: StatusCodes.Status503ServiceUnavailable);

        var report = await checks.CheckHealthAsync(check => check.Tags.Contains(ReadyTag), ct);
        var readiness = new Readiness(
            report.Status,
            [.. report.Entries.Select(entry => new Dependency(entry.Key, entry.Value.Status, entry.Value.Duration.TotalMilliseconds))]);
        return report.Status == HealthStatus.Unhealthy
            ? TypedResults.Json(readiness, statusCode: StatusCodes.Status503ServiceUnavailable)
            : TypedResults.Ok(readiness);
    }

    private static Ok<VersionInfo> GetVersion(IHostEnvironment environment) =>
        TypedResults.Ok(new VersionInfo(Version, environment.EnvironmentName));
}

/// <summary>The program runs.</summary>
/// <param name="Status">Always <c>healthy</c>.</param>
internal sealed record Liveness(HealthStatus Status);

/// <summary>Whether the instance takes traffic.</summary>
/// <param name="Status">The worst status of the dependencies.</param>
/// <param name="Dependencies">Each dependency by itself.</param>
internal sealed record Readiness(HealthStatus Status, IReadOnlyList<Dependency> Dependencies);

/// <summary>A dependency as its health check saw it just now.</summary>
/// <param name="Name">Which one.</param>
/// <param name="Status">How it is.</param>
/// <param name="DurationMs">How long the check took, in milliseconds.</param>
internal sealed record Dependency(string Name, HealthStatus Status, double DurationMs);

/// <summary>What runs.</summary>
/// <param name="Version">Semantic version and commit.</param>
/// <param name="Environment">Development, Staging or Production.</param>
internal sealed record VersionInfo(string Version, string Environment);
