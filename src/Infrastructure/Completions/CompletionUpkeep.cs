using CleanLlm.Application.Completions;
using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Application.Completions.Running;
using CleanLlm.Application.Faults;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Completions;

/// <summary>Looks after running completions: stores how far this instance's have come, and closes those whose instance is gone.</summary>
internal sealed class CompletionUpkeep(
    RunningCompletions running,
    AbandonedCompletions abandoned,
    IIdempotencyKeys keys,
    IDatabaseFaults faults,
    IOptions<CompletionOptions> options,
    TimeProvider clock,
    ILogger<CompletionUpkeep> logger) : BackgroundService
{
    // A cancel that came to another instance stops the model within two of them.
    private static readonly TimeSpan CancelInterval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan ForgetInterval = TimeSpan.FromMinutes(30);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        EveryAsync(options.Value.CheckpointLook, "Storing how far completions have come", running.CheckpointAsync, stoppingToken),
        EveryAsync(CancelInterval, "Looking which completions are to be cancelled", running.CancelRequestedAsync, stoppingToken),
        EveryAsync(ForgetInterval, "Removing idempotency keys that have had their time", keys.ForgetAsync, stoppingToken),
        EveryAsync(options.Value.SweepInterval, "Closing completions whose instance has gone", abandoned.CloseAsync, stoppingToken));

    private Task EveryAsync(TimeSpan interval, string what, Func<CancellationToken, Task> work, CancellationToken ct) =>
        EveryAsync(interval, what, UpkeepFaults.Always(work), ct);

    private async Task EveryAsync(TimeSpan interval, string what, Func<CancellationToken, Task<bool>> work, CancellationToken ct)
    {
        var upkeep = new UpkeepFaults(what, faults, logger);
        using var timer = new PeriodicTimer(interval, clock);
        while (await timer.WaitForNextTickAsync(ct))
            await upkeep.TryAsync(work, ct);
    }
}
