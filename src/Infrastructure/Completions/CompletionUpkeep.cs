using CleanLlm.Application.Completions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Completions;

/// <summary>
/// Looks after running completions: stores how far this instance's have come, closes those whose instance is gone, and lets
/// the own ones finish when the process is told to stop.
/// </summary>
internal sealed partial class CompletionUpkeep(
    RunningCompletions running,
    AbandonedCompletions abandoned,
    IIdempotencyKeys keys,
    IOptions<CompletionOptions> options,
    TimeProvider clock,
    ILogger<CompletionUpkeep> logger) : BackgroundService, IHostedLifecycleService
{
    // A cancel that came to another instance stops the model within two of them.
    private static readonly TimeSpan CancelInterval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan ForgetInterval = TimeSpan.FromMinutes(30);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => running.DrainAsync(cancellationToken);

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        EveryAsync(options.Value.CheckpointLook, running.CheckpointAsync, stoppingToken),
        EveryAsync(CancelInterval, running.CancelRequestedAsync, stoppingToken),
        EveryAsync(ForgetInterval, keys.ForgetAsync, stoppingToken),
        EveryAsync(options.Value.Lease / 4, ct => abandoned.CloseAsync(clock.GetUtcNow(), ct), stoppingToken));

    private async Task EveryAsync(TimeSpan interval, Func<CancellationToken, Task> work, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(interval, clock);
        while (await timer.WaitForNextTickAsync(ct))
        {
            try
            {
                await work(ct);
            }
            catch (Exception fault) when (!ct.IsCancellationRequested)
            {
                // The database may be away; the next round tries again.
                LogFailed(logger, fault);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Upkeep of completions failed and will be tried again")]
    private static partial void LogFailed(ILogger logger, Exception fault);
}
