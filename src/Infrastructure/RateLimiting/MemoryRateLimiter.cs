using CleanLlm.Application.RateLimiting;

namespace CleanLlm.Infrastructure.RateLimiting;

/// <summary>
/// Limits in this process alone. Of each bucket only the moment is kept at which it will be full again; full ones are forgotten.
/// </summary>
internal sealed class MemoryRateLimiter(TimeProvider clock) : IRateLimiter
{
    /// <summary>Buckets at most, some 20 MB; beyond it about a quarter, the ones closest to full, are forgotten.</summary>
    public const int MaxBuckets = 100_000;

    private const int SampleStep = 100;

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

    // A clock that only goes forward: setting the wall clock back must not lock callers out.
    private long Now => clock.GetElapsedTime(start).Ticks;

    public ValueTask<RateRefusal?> TakeAsync(IReadOnlyList<RateBucket> buckets, CancellationToken ct)
    {
        lock (gate)
        {
            var now = Now;
            Sweep(now);
            RateRefusal? refusal = null;
            for (var i = 0; i < buckets.Count; i++)
            {
                var limit = buckets[i].Limit;
                var wait = TimeSpan.FromTicks(FullAfterTaking(buckets[i], now) - now - (limit.Burst * limit.Regrowth.Ticks));
                if (wait > TimeSpan.Zero && !(refusal?.Wait >= wait))
                    refusal = new RateRefusal(i, wait);
            }

            for (var i = 0; refusal is null && i < buckets.Count; i++)
                fullAt[(buckets[i].Limit.Name, buckets[i].Key)] = FullAfterTaking(buckets[i], now);
            return new ValueTask<RateRefusal?>(refusal);
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

    private long FullAfterTaking(RateBucket bucket, long now) =>
        Math.Max(fullAt.GetValueOrDefault((bucket.Limit.Name, bucket.Key)), now) + bucket.Limit.Regrowth.Ticks;

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
        // All callers wait meanwhile, so the buckets are not sorted: a sample tells about when the first quarter is full.
        var sample = fullAt.Values.Where((_, i) => i % SampleStep == 0).Order().ToList();
        var (until, surplus) = (sample[sample.Count / 4], MaxBuckets / 4);
        foreach (var (bucket, full) in fullAt)
        {
            if (full <= until && fullAt.Remove(bucket) && --surplus == 0)
                return;
        }
    }
}
