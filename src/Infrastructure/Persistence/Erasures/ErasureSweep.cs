using CleanLlm.Application.Faults;
using CleanLlm.Domain.Ids;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CleanLlm.Infrastructure.Persistence.Erasures;

/// <summary>
/// Removes in the background what ended accounts have left: at once in the process where an account ended, and every half minute
/// wherever markers are. A request that was under way may still store something for an erased user, so an account is looked at
/// again until that is over.
/// </summary>
internal sealed partial class ErasureSweep(
    ErasureBatches batches, ErasureSignal signal, IDatabaseFaults faults, TimeProvider clock, ILogger<ErasureSweep> logger) : BackgroundService
{
    // Batches take a quarter of the time at most; the rest is left to other work.
    private const int Rest = 3;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);

    private readonly UpkeepFaults upkeep = new("The removal of what erased accounts have left", faults, logger);

    /// <summary>Works until nothing is left for now, one batch of each account in turn.</summary>
    public async Task SweepAsync(CancellationToken ct)
    {
        Dictionary<UserId, long> removed = [];
        HashSet<UserId> done = [];
        var failed = false;
        while ((await batches.PendingAsync(ct)).Where(user => !done.Contains(user)).ToList() is { Count: > 0 } pending)
        {
            foreach (var user in pending)
            {
                var began = clock.GetTimestamp();
                try
                {
                    if (removed.TryAdd(user, 0) && await batches.CloseRunningAsync(user, ct) is { Count: > 0 } faults)
                    {
                        // One completion must not keep the rest of the account: it is tried again by the next sweep.
                        failed = true;
                        upkeep.Failed(new AggregateException(faults));
                    }

                    if (await batches.RemoveAsync(user, ct) is > 0 and var rows)
                        removed[user] += rows;
                    else
                        done.Add(user);
                }
                catch (Exception fault) when (!ct.IsCancellationRequested)
                {
                    // One account must not keep the others waiting.
                    failed = true;
                    done.Add(user);
                    upkeep.Failed(fault);
                }

                await Task.Delay(clock.GetElapsedTime(began) * Rest, clock, ct);
            }
        }

        if (!failed)
            upkeep.Succeeded();
        if (removed.Values.Sum() is > 0 and var total)
            LogRemoved(total);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var retry = FirstRetry;
        while (true)
        {
            var wait = Interval;
            try
            {
                await SweepAsync(stoppingToken);
                retry = FirstRetry;
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                // The database may be away.
                upkeep.Failed(fault);
                (wait, retry) = (retry, TimeSpan.FromTicks(Math.Min(retry.Ticks * 2, Interval.Ticks)));
            }

            await signal.WaitAsync(wait, clock, stoppingToken);
        }
    }

    [LoggerMessage(LogLevel.Information, "Removed {Rows} rows that erased accounts had left")]
    private partial void LogRemoved(long rows);
}
