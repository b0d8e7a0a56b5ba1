using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Memory;

/// <summary>
/// Collects and compacts everything once after a load (docs/decisions/0023): without allocations the collector of .NET never runs, so
/// that a process keeps what its busiest minute took for as long as it rests.
/// </summary>
internal sealed partial class RestingHeapTrim(IOptions<MemoryOptions> options, TimeProvider clock, ILogger<RestingHeapTrim> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.TrimAtRest)
            return;
        var heap = new RestingHeap();
        using var timer = new PeriodicTimer(RestingHeap.LookInterval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (heap.IsDue(GC.GetTotalAllocatedBytes()))
                Trim();
        }
    }

    private void Trim()
    {
        var before = GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes;
        var since = clock.GetTimestamp();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var after = GC.GetGCMemoryInfo(GCKind.FullBlocking).TotalCommittedBytes;
        LogTrimmed(Megabytes(before), Megabytes(after), clock.GetElapsedTime(since).TotalMilliseconds);
    }

    private static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0 / 1024:F0} MiB");

    [LoggerMessage(LogLevel.Debug, "At rest: the managed heap went from {Before} to {After} in {Milliseconds:F0} ms")]
    private partial void LogTrimmed(string before, string after, double milliseconds);
}
