using CleanLlm.Application.Settings;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace CleanLlm.Infrastructure.Persistence.Startup;

/// <summary>Before anything is asked of PostgreSQL: whether its connections are enough for this instance, and for others beside it.</summary>
internal sealed partial class ConnectionBudget(PostgresConnections connections, NpgsqlDataSource source, ILogger<ConnectionBudget> logger)
    : IHostedLifecycleService
{
    // Two that share the work, and a third while one of them is being replaced.
    private const int FewInstances = 3;

    // What is reserved for administrators is not ours; -1 is no limit of the role or the database.
    private const string Allowed =
        """
        SELECT least(
            current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
                - coalesce(current_setting('reserved_connections', true), '0')::int,
            (SELECT nullif(rolconnlimit, -1) FROM pg_roles WHERE rolname = current_user),
            (SELECT nullif(datconnlimit, -1) FROM pg_database WHERE datname = current_database()))
        """;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var allowed = await AllowedAsync(cancellationToken);
        if (connections.Most > allowed)
        {
            throw new StartRefusedException(
                $"Database__MaxConnections: {connections.Most} connections (or Maximum Pool Size of the connection string) are more than the {allowed} that PostgreSQL allows. Lower it, or raise max_connections.");
        }

        if (allowed / connections.Most is < FewInstances and var instances)
            LogFew(logger, allowed, instances, connections.Most);
    }

    private async Task<int> AllowedAsync(CancellationToken ct)
    {
        await using var connection = source.CreateConnection();
        try
        {
            await connection.OpenAsync(ct);
            await using var command = new NpgsqlCommand(Allowed, connection);
            return (int)(await command.ExecuteScalarAsync(ct))!;
        }
        catch (Exception failure) when (!ct.IsCancellationRequested && DatabaseStartFaults.Describe(failure, connection) is { } fault)
        {
            throw new StartRefusedException(fault, failure);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(LogLevel.Warning, "PostgreSQL allows {Allowed} connections: enough for {Instances} instances with Database:MaxConnections {Most}")]
    private static partial void LogFew(ILogger logger, int allowed, int instances, int most);
}
