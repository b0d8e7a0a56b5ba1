using CleanLlm.Infrastructure.Persistence.Startup;
using CleanLlm.Testing;
using CleanLlm.Testing.Databases;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace CleanLlm.Infrastructure.IntegrationTests.Persistence;

/// <summary>A start takes as long as its migrations take. SQLite has no bound on a statement.</summary>
internal sealed class LongMigrationTests
{
    // Seconds that a statement may take, and longer than that.
    private const int Bound = 2;
    private const int Longer = Bound + 1;

    [TestCase("SELECT pg_advisory_xact_lock({0})", TestName = "AStart_WaitsForTheMigrationsOfAnotherInstance_HoweverLong")]
    [TestCase("LOCK TABLE usage_ledger IN ACCESS EXCLUSIVE MODE", TestName = "AStart_LetsItsMigrationsTakeHoweverLong")]
    public async Task AStart_IsNotEndedByTheBoundOfAStatement(string hold)
    {
        await using var database = await TestDatabases.CreateAsync(DatabaseKind.Postgres);
        var bounded = new NpgsqlConnectionStringBuilder(database.ConnectionString) { CommandTimeout = Bound }.ConnectionString;
        await using var host = new PersistenceHost(new TestDatabase(DatabaseKind.Postgres, bounded, () => Task.CompletedTask));
        await using var unbounded = new PersistenceHost(database);
        await unbounded.InDatabaseAsync(context => MigrateAsync(context, "AddLastSignIn"));
        await using var holder = new NpgsqlConnection(database.ConnectionString);
        await holder.OpenAsync();
        await using var held = await holder.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand(string.Format(null, hold, DatabaseStartup.StartLock), holder))
            await command.ExecuteNonQueryAsync();

        var start = host.Services.GetServices<IHostedService>().OfType<DatabaseStartup>().Single().StartingAsync(default);
        using var deadline = Patience.Deadline();
        while (!start.IsCompleted && await database.ScalarAsync(
            $"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query_start < clock_timestamp() - interval '{Longer} seconds'",
            deadline.Token) == 0)
            await Task.Delay(20, deadline.Token);
        await held.RollbackAsync();

        await start.WaitAsync(Patience.Limit);
        (await unbounded.InDatabaseAsync(context => context.Database.GetPendingMigrationsAsync())).Should().BeEmpty();
        (await host.InDatabaseAsync(context => Task.FromResult(context.Database.GetCommandTimeout()))).Should().BeNull("requests have their bound again");
    }

    private static async Task<bool> MigrateAsync(DbContext context, string target)
    {
        await context.GetService<IMigrator>().MigrateAsync(target);
        return true;
    }
}
