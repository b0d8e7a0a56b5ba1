using System.Reflection;
using CleanLlm.Infrastructure.Ai;
using CleanLlm.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace CleanLlm.Infrastructure.Reporting;

/// <summary>One line in the log, once the program has started: what runs, and what it uses. It holds no password.</summary>
internal sealed partial class StartReport(
    IDbContextFactory<AppDbContext> databases,
    IOptions<AiOptions> ai,
    IHostEnvironment environment,
    ILogger<StartReport> logger,
    IConnectionMultiplexer? redis = null) : IHostedLifecycleService
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
            await DatabaseAsync(cancellationToken),
            redis is null ? "memory" : "redis",
            string.Join(", ", ai.Value.Providers.Select(provider => $"{provider.Name} ({provider.Kind})")));
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<string> DatabaseAsync(CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        await database.Database.OpenConnectionAsync(ct);
        var connection = database.Database.GetDbConnection();
        return database.IsEmbedded
            ? $"SQLite {connection.ServerVersion} at {Path.GetFullPath(connection.DataSource)}"
            : $"PostgreSQL {connection.ServerVersion} at {connection.DataSource}/{connection.Database}";
    }

    [LoggerMessage(
        LogLevel.Information,
        "CleanLlm {Version} has started in {Environment}: database {Database}; cache {Cache}; providers {Providers}")]
    private partial void LogStarted(string version, string environment, string database, string cache, string providers);
}
