using System.Collections.Concurrent;
using CleanLlm.Application.Faults;
using CleanLlm.Domain.Ids;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CleanLlm.Infrastructure.Persistence.ApiKeys;

/// <summary>Notes in memory which keys are used, and stores it every half a minute: a request does not wait for it.</summary>
internal sealed class ApiKeyUses(
    IDbContextFactory<AppDbContext> databases, IDatabaseFaults faults, TimeProvider clock, ILogger<ApiKeyUses> logger) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private readonly UpkeepFaults upkeep = new("Storing when API keys were last used", faults, logger);
    private readonly ConcurrentDictionary<ApiKeyId, DateTimeOffset> used = new();

    /// <summary>The key was just used.</summary>
    public void Note(ApiKeyId key, DateTimeOffset now) => used[key] = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero);

    /// <summary>Stores what was noted.</summary>
    /// <returns>Whether anything was.</returns>
    public async Task<bool> StoreAsync(CancellationToken ct)
    {
        if (used.IsEmpty)
            return false;
        await using var database = await databases.CreateDbContextAsync(ct);
        foreach (var (key, at) in used)
        {
            await database.ApiKeys
                .Where(stored => stored.Id == key && (stored.LastUsedAt == null || stored.LastUsedAt < at))
                .ExecuteUpdateAsync(row => row.SetProperty(stored => stored.LastUsedAt, at), ct);
            used.TryRemove(KeyValuePair.Create(key, at));
        }

        return true;
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await upkeep.TryAsync(StoreAsync, cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await upkeep.TryAsync(StoreAsync, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Told to stop: what is left is stored on the way out.
        }
    }
}
