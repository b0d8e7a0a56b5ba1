using System.Text;
using CleanLlm.Application.RateLimiting;
using CleanLlm.Application.Security;
using CleanLlm.Infrastructure.Caching;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace CleanLlm.Infrastructure.RateLimiting;

/// <summary>
/// Limits that all instances share. While Redis is away or frozen each instance limits by itself; the call that notices waits at
/// most <see cref="RedisCalls.CallTimeout"/>, later ones not at all.
/// </summary>
internal sealed partial class RedisRateLimiter(
    IConnectionMultiplexer redis, MemoryRateLimiter memory, IKeyedHash hash, TimeProvider clock, ILogger<RedisRateLimiter> logger) : IRateLimiter
{
    private const string Prefix = "cleanllm:rate:";
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(1);

    private readonly TimeSpan callTimeout = redis.CallTimeout();

    // 1 while a probe runs; only the call that changes it from 0 starts one.
    private int away;

    /// <summary>Whether it limits by itself at the moment.</summary>
    public bool IsAway => Volatile.Read(ref away) == 1;

    public async ValueTask<RateRefusal?> TakeAsync(IReadOnlyList<RateBucket> buckets, CancellationToken ct)
    {
        if (await RunAsync(buckets, 1, ct) is not { } refusal)
            return await memory.TakeAsync(buckets, ct);
        return refusal.Wait == TimeSpan.Zero ? null : refusal;
    }

    public async ValueTask GiveBackAsync(RateLimit limit, string key, CancellationToken ct)
    {
        if (await RunAsync([new RateBucket(limit, key)], -1, ct) is null)
            await memory.GiveBackAsync(limit, key, ct);
    }

    // Null when Redis did not answer; without a wait when nothing refused.
    private async ValueTask<RateRefusal?> RunAsync(IReadOnlyList<RateBucket> buckets, int permits, CancellationToken ct)
    {
        if (IsAway)
            return null;

        var (keys, figures) = (new RedisKey[buckets.Count], new List<RedisValue>(buckets.Count * 3));
        var tag = "";
        for (var i = 0; i < buckets.Count; i++)
        {
            var (limit, key) = buckets[i];
            var hashed = Convert.ToHexStringLower(await hash.ComputeAsync(HashPurpose.RateLimitKey, Encoding.UTF8.GetBytes(key), ct));
            // A cluster runs a script only where all its keys are: those of one call share the hash tag of the first.
            tag = i == 0 ? hashed : tag;
            keys[i] = $"{Prefix}{limit.Name}:{{{tag}}}{(i == 0 ? "" : ":" + hashed)}";
            figures.AddRange([(long)limit.Regrowth.TotalMicroseconds, limit.Burst, permits]);
        }

        try
        {
            var answer = (long[])(await redis.GetDatabase().ScriptEvaluateAsync(RateScript.Text, keys, [.. figures]).WaitAsync(callTimeout, ct))!;
            return new RateRefusal((int)answer[0] - 1, TimeSpan.FromMicroseconds(answer[1]));
        }
        catch (Exception failure) when (RedisCalls.IsAway(failure))
        {
            if (Interlocked.Exchange(ref away, 1) == 0)
            {
                LogAway(failure.Message);
                _ = ProbeAsync();
            }

            return null;
        }
    }

    // Beside the requests, so that none of them waits to find out that Redis is still away.
    private async Task ProbeAsync()
    {
        using var timer = new PeriodicTimer(ProbeInterval, clock);
        while (await timer.WaitForNextTickAsync())
        {
            try
            {
                await redis.GetDatabase().PingAsync().WaitAsync(callTimeout);
                Volatile.Write(ref away, 0);
                LogBack();
                return;
            }
            catch (Exception failure) when (RedisCalls.IsAway(failure))
            {
                // Asked again at the next tick.
            }
        }
    }

    // The cause is the client's own text: addresses and states of the connection, no keys.
    [LoggerMessage(LogLevel.Warning, "Redis is away ({Cause}); each instance limits rates by itself")]
    private partial void LogAway(string cause);

    [LoggerMessage(LogLevel.Information, "Redis is back; rates are limited on all instances together")]
    private partial void LogBack();
}
