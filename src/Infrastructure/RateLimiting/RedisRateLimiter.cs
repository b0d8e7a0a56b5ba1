using System.Text;
using CleanLlm.Application.RateLimiting;
using CleanLlm.Application.Security;
using CleanLlm.Infrastructure.Caching;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace CleanLlm.Infrastructure.RateLimiting;

/// <summary>
/// Limits that all instances share. While Redis is away or frozen each instance limits by itself; the call that notices waits at
/// most <see cref="CallTimeout"/>, later ones not at all.
/// </summary>
internal sealed partial class RedisRateLimiter(
    IConnectionMultiplexer redis, MemoryRateLimiter memory, IKeyedHash hash, TimeProvider clock, ILogger<RedisRateLimiter> logger) : IRateLimiter
{
    /// <summary>How long a call waits for Redis.</summary>
    public static readonly TimeSpan CallTimeout = TimeSpan.FromMilliseconds(CachingRegistration.CallTimeoutMilliseconds);

    private const string Prefix = "cleanllm:rate:";
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(1);

    // 1 while a probe runs; only the call that changes it from 0 starts one.
    private int away;

    /// <summary>Whether it limits by itself at the moment.</summary>
    public bool IsAway => Volatile.Read(ref away) == 1;

    public async ValueTask<TimeSpan?> TakeAsync(RateLimit limit, string key, CancellationToken ct)
    {
        if (await RunAsync(limit, key, 1, ct) is not { } wait)
            return await memory.TakeAsync(limit, key, ct);
        return wait == TimeSpan.Zero ? null : wait;
    }

    public async ValueTask GiveBackAsync(RateLimit limit, string key, CancellationToken ct)
    {
        if (await RunAsync(limit, key, -1, ct) is null)
            await memory.GiveBackAsync(limit, key, ct);
    }

    // Null when Redis did not answer.
    private async ValueTask<TimeSpan?> RunAsync(RateLimit limit, string key, int permits, CancellationToken ct)
    {
        if (IsAway)
            return null;

        RedisKey bucket = Prefix + limit.Name + ":" + Convert.ToHexStringLower(
            await hash.ComputeAsync(HashPurpose.RateLimitKey, Encoding.UTF8.GetBytes(key), ct));
        try
        {
            var wait = await redis.GetDatabase()
                .ScriptEvaluateAsync(RateScript.Text, [bucket], [(long)limit.Regrowth.TotalMicroseconds, limit.Burst, permits])
                .WaitAsync(CallTimeout, ct);
            return TimeSpan.FromMicroseconds((long)wait);
        }
        catch (Exception failure) when (failure is RedisException or TimeoutException)
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
                await redis.GetDatabase().PingAsync().WaitAsync(CallTimeout);
                Volatile.Write(ref away, 0);
                LogBack();
                return;
            }
            catch (Exception failure) when (failure is RedisException or TimeoutException)
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
