using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Application.Settings;
using CleanLlm.Infrastructure.Persistence.Content;
using CleanLlm.Infrastructure.Persistence.Quotas;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Persistence.Startup;

/// <summary>
/// Before the first request: migrates the database, brings in the configured plans and, where this process alone owns the
/// database, closes what an earlier run left behind. It is done under a lock, so instances may start together.
/// </summary>
internal sealed class DatabaseStartup(
    IDbContextFactory<AppDbContext> databases, AbandonedCompletions abandoned, PlainColumns plain, DataKeys keys, IOptions<List<PlanOptions>> plans, TimeProvider clock)
    : IHostedLifecycleService
{
    /// <summary>The advisory lock of a start on PostgreSQL: any number, as long as no other program on the database takes it.</summary>
    public const long StartLock = 0x436C65616E4C6C6D;

    private const int Unlimited = 0;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var connection = database.Database.GetDbConnection();
        try
        {
            if (database.IsEmbedded)
                SqliteFile.MakeFolder(connection.ConnectionString);
            await (database.IsEmbedded ? PrepareAsync(database, cancellationToken) : PrepareAloneAsync(database, cancellationToken));
            // On PostgreSQL other instances may run what is open, so nothing is closed before they could renew their leases.
            if (database.IsEmbedded)
                await abandoned.CloseAllAsync(cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested && DatabaseStartFaults.Describe(failure, connection) is { } fault)
        {
            throw new StartRefusedException(fault, failure);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // EF Core's own lock ends with each migration, and instances that store their plans at once can deadlock: ours, of the session, covers it all.
    private async Task PrepareAloneAsync(AppDbContext database, CancellationToken ct)
    {
        // A migration of large tables may take any time, and the other instances wait for it. The pool of contexts forgets
        // this: the next user of this one has the bound of the connection string.
        database.Database.SetCommandTimeout(Unlimited);
        await database.Database.OpenConnectionAsync(ct);
        try
        {
            await database.Database.ExecuteSqlAsync($"SELECT pg_advisory_lock({StartLock})", ct);
            // Npgsql does not look whether the table of migrations is there before it reads it, and the log would call that an error.
            if (await IsNewAsync(database, ct))
                await database.GetService<IHistoryRepository>().CreateIfNotExistsAsync(ct);
            await PrepareAsync(database, ct);
        }
        finally
        {
            await database.Database.ExecuteSqlAsync($"SELECT pg_advisory_unlock({StartLock})", CancellationToken.None);
            await database.Database.CloseConnectionAsync();
        }
    }

    private static Task<bool> IsNewAsync(AppDbContext database, CancellationToken ct) =>
        database.Database.SqlQuery<bool>($"""SELECT to_regclass('"__EFMigrationsHistory"') IS NULL AS "Value" """).SingleAsync(ct);

    private async Task PrepareAsync(AppDbContext database, CancellationToken ct)
    {
        if (await IsPendingAsync(database, ct))
            await database.Database.MigrateAsync(ct);
        await new PlanSeed(plans.Value, keys, clock).ApplyAsync(database, ct);
        await plain.LoadAsync(database, ct);
    }

    // Asked first, because a process that dies while it holds SQLite's migration lock would leave the next one waiting for it.
    private static async Task<bool> IsPendingAsync(AppDbContext database, CancellationToken ct) =>
        (await database.Database.GetPendingMigrationsAsync(ct)).Any();
}
