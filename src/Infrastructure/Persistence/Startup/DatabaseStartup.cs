using CleanLlm.Application.Completions;
using CleanLlm.Infrastructure.Persistence.Quotas;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Persistence.Startup;

/// <summary>
/// Before the first request: migrates the database, brings in the configured plans and, where this process alone owns the
/// database, closes what an earlier run left behind. Migrations hold a database lock and plans are found by their names, so instances may start together.
/// </summary>
internal sealed class DatabaseStartup(
    IDbContextFactory<AppDbContext> databases, AbandonedCompletions abandoned, IOptions<List<PlanOptions>> plans, TimeProvider clock)
    : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        // Asked first, because a process that dies while it holds SQLite's migration lock would leave the next one waiting for it.
        if ((await database.Database.GetPendingMigrationsAsync(cancellationToken)).Any())
            await database.Database.MigrateAsync(cancellationToken);
        await SeedAsync(database, cancellationToken);
        await abandoned.CloseAsync(database.IsEmbedded ? DateTimeOffset.MaxValue : clock.GetUtcNow(), cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

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
