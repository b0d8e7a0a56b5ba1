using CleanLlm.Application.Ai;
using CleanLlm.Infrastructure.Caching;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace CleanLlm.Infrastructure.Ai.ResponseCache;

/// <summary>
/// The name of the present generation of answers, which is part of every key: giving it a new name empties the cache on all
/// instances that share a Redis at once. While Redis is away an instance goes on by itself with the last name it knew.
/// </summary>
internal sealed partial class CacheGeneration(IEnumerable<IConnectionMultiplexer> servers, TimeProvider clock, ILogger<CacheGeneration> logger)
    : IResponseCache
{
    private static readonly RedisKey Key = "cleanllm:response-cache:generation";

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly IConnectionMultiplexer? redis = servers.FirstOrDefault();
    private string known = NewName(clock);
    private long awayUntil;

    /// <summary>What a frozen Redis may cost an answer, and that only once in a while.</summary>
    internal TimeSpan LookTimeout { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long whoever empties the cache waits for Redis.</summary>
    internal TimeSpan RenewTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The name, and whether Redis is there to share answers through.</summary>
    public async ValueTask<(string Name, bool IsShared)> CurrentAsync(CancellationToken ct)
    {
        if (redis is null || clock.GetTimestamp() < Volatile.Read(ref awayUntil))
            return (Volatile.Read(ref known), IsShared: false);
        try
        {
            var name = await ReadOrMakeAsync(redis.GetDatabase()).WaitAsync(LookTimeout, ct);
            Volatile.Write(ref known, name);
            return (name, IsShared: true);
        }
        catch (Exception failure) when (RedisCalls.IsAway(failure))
        {
            Volatile.Write(ref awayUntil, clock.GetTimestamp() + (long)(RetryAfter.TotalSeconds * clock.TimestampFrequency));
            LogAway(failure.Message);
            return (Volatile.Read(ref known), IsShared: false);
        }
    }

    public async Task<bool> ClearAsync(CancellationToken ct)
    {
        var name = NewName(clock);
        if (redis is null)
        {
            Volatile.Write(ref known, name);
            return true;
        }

        try
        {
            if (!await redis.GetDatabase().StringSetAsync(Key, name).WaitAsync(RenewTimeout, ct))
                return false;
            Volatile.Write(ref known, name);
            return true;
        }
        catch (Exception failure) when (RedisCalls.IsAway(failure))
        {
            LogAway(failure.Message);
            return false;
        }
    }

    // A Redis that lost its data gets a new name too: what an instance remembers from before must not come back.
    private async Task<string> ReadOrMakeAsync(IDatabase database)
    {
        if (await database.StringGetAsync(Key) is { HasValue: true } name)
            return name.ToString();
        await database.StringSetAsync(Key, NewName(clock), when: When.NotExists);
        return (await database.StringGetAsync(Key)).ToString();
    }

    private static string NewName(TimeProvider clock) => Guid.CreateVersion7(clock.GetUtcNow()).ToString("n");

    // The cause is the client's own text: addresses and states of the connection, no keys.
    [LoggerMessage(LogLevel.Warning, "Redis is away ({Cause}); each instance caches answers by itself")]
    private partial void LogAway(string cause);
}
