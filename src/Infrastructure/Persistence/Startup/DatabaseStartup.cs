using CleanLlm.Application.Completions;
using CleanLlm.Infrastructure.Persistence.Quotas;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Persistence.Startup;

/// <summary>
/// Before the first request: migrates the database, brings in the configured plans and, where this process alone owns the
/// database, closes what an earlier run left behind. Migrations hold a lock and plans are found by their names, so instances may start together.
/// </summary>
internal sealed class DatabaseStartup(
    IDbContextFactory<AppDbContext> databases, AbandonedCompletions abandoned, IOptions<List<PlanOptions>> plans, TimeProvider clock)
    : IHostedLifecycleService
{
    // Any number, as long as nobody else on the database takes it.
    private const long MigrationLock = 0x436C65616E4C6C6D;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await MigrateAsync(database, cancellationToken);
        await SeedAsync(database, cancellationToken);
        await abandoned.CloseAsync(database.IsEmbedded ? DateTimeOffset.MaxValue : clock.GetUtcNow(), cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // EF Core's own lock ends with each migration, so that another instance could begin the next one: ours, of the session, covers them all.
    private static async Task MigrateAsync(AppDbContext database, CancellationToken ct)
    {
        if (!await IsPendingAsync(database, ct))
            return;
        if (database.IsEmbedded)
        {
            await database.Database.MigrateAsync(ct);
            return;
        }

        await database.Database.OpenConnectionAsync(ct);
        try
        {
            await database.Database.ExecuteSqlAsync($"SELECT pg_advisory_lock({MigrationLock})", ct);
            if (await IsPendingAsync(database, ct))
                await database.Database.MigrateAsync(ct);
        }
        finally
        {
            await database.Database.ExecuteSqlAsync($"SELECT pg_advisory_unlock({MigrationLock})", CancellationToken.None);
            await database.Database.CloseConnectionAsync();
        }
    }

    // Asked first, because a process that dies while it holds SQLite's migration lock would leave the next one waiting for it.
    private static async Task<bool> IsPendingAsync(AppDbContext database, CancellationToken ct) =>
        (await database.Database.GetPendingMigrationsAsync(ct)).Any();

    private async Task SeedAsync(AppDbContext database, CancellationToken ct)
    {
        var seed = new PlanSeed(plans.Value, clock);
        try
        {
            await seed.ApplyAsync(database, ct);
        }
        catch (DbUpdateException)
        {
            // Another instance starts now too and was first: what it stored is there to be found.
            database.ChangeTracker.Clear();
            await seed.ApplyAsync(database, ct);
        }
    }
}
