using CleanLlm.Application.RateLimiting;

namespace CleanLlm.Infrastructure.RateLimiting;

/// <summary>
/// Limits in this process alone. Of each bucket only the moment is kept at which it will be full again; full ones are forgotten.
/// </summary>
internal sealed class MemoryRateLimiter(TimeProvider clock) : IRateLimiter
{
    /// <summary>Buckets at most, some 20 MB; beyond it the ones closest to full are forgotten.</summary>
    public const int MaxBuckets = 100_000;

    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly Dictionary<(string Limit, string Key), long> fullAt = [];
    private readonly long start = clock.GetTimestamp();
    private long sweepAt = SweepInterval.Ticks;

    /// <summary>Buckets that are kept now.</summary>
    public int Count
    {
        get
        {
            lock (gate)
                return fullAt.Count;
        }
    }

    // A clock that only goes forward: setting the wall clock back must not lock anybody out.
    private long Now => clock.GetElapsedTime(start).Ticks;

    public ValueTask<TimeSpan?> TakeAsync(RateLimit limit, string key, CancellationToken ct)
    {
        lock (gate)
        {
            var now = Now;
            Sweep(now);
            var full = Math.Max(fullAt.GetValueOrDefault((limit.Name, key)), now) + limit.Regrowth.Ticks;
            var wait = full - now - (limit.Burst * limit.Regrowth.Ticks);
            if (wait > 0)
                return new ValueTask<TimeSpan?>(TimeSpan.FromTicks(wait));
            fullAt[(limit.Name, key)] = full;
            return default;
        }
    }

    public ValueTask GiveBackAsync(RateLimit limit, string key, CancellationToken ct)
    {
        lock (gate)
        {
            if (fullAt.TryGetValue((limit.Name, key), out var full))
                fullAt[(limit.Name, key)] = full - limit.Regrowth.Ticks;
        }

        return ValueTask.CompletedTask;
    }

    private void Sweep(long now)
    {
        if (now < sweepAt && fullAt.Count < MaxBuckets)
            return;

        sweepAt = now + SweepInterval.Ticks;
        foreach (var (bucket, full) in fullAt)
        {
            if (full <= now)
                fullAt.Remove(bucket);
        }

        if (fullAt.Count < MaxBuckets)
            return;
        foreach (var bucket in fullAt.OrderBy(entry => entry.Value).Take(MaxBuckets / 4).Select(entry => entry.Key).ToList())
            fullAt.Remove(bucket);
    }
}
