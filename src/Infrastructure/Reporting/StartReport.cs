using System.Reflection;
using CleanLlm.Infrastructure.Ai.Options;
using CleanLlm.Infrastructure.Caching;
using CleanLlm.Infrastructure.Persistence;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Reporting;

/// <summary>One line in the log, once the program has started: what runs, and what it uses. It holds no password.</summary>
internal sealed partial class StartReport(
    DatabaseDescription database,
    IOptions<AiOptions> ai,
    IHostEnvironment environment,
    ILogger<StartReport> logger,
    RedisLink? redis = null) : IHostedLifecycleService
{
    private static readonly string Version =
        typeof(StartReport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        if (!logger.IsEnabled(LogLevel.Information))
            return;
        LogStarted(
            Version,
            environment.EnvironmentName,
            await database.ReadAsync(cancellationToken),
            redis is null ? "memory" : "redis",
            string.Join(", ", ai.Value.Providers.Select(provider => $"{provider.Name} ({provider.Kind})")));
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(
        LogLevel.Information,
        "CleanLlm {Version} has started in {Environment}: database {Database}; cache {Cache}; providers {Providers}")]
    private partial void LogStarted(string version, string environment, string database, string cache, string providers);
}
