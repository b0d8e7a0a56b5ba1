using CleanLlm.Application.Ai;
using CleanLlm.Infrastructure.Caching;
using StackExchange.Redis;

namespace CleanLlm.Infrastructure.Ai.ResponseCache;

/// <summary>
/// The name of the present generation of answers, which is part of every key: giving it a new name empties the cache on all
/// instances that share a Redis at once. While Redis is away an instance goes on by itself with the last name it knew.
/// </summary>
internal sealed class CacheGeneration(TimeProvider clock, RedisLink? redis = null) : IResponseCache
{
    private static readonly RedisKey Key = "cleanllm:response-cache:generation";

    private string known = NewName(clock);

    /// <summary>The name, and whether Redis is there to share answers through.</summary>
    public async ValueTask<(string Name, bool IsShared)> CurrentAsync(CancellationToken ct)
    {
        if (redis is null || await redis.AskAsync<string?>(ReadOrMakeAsync, without: null, ct) is not { } name)
            return (Volatile.Read(ref known), IsShared: false);
        Volatile.Write(ref known, name);
        return (name, IsShared: true);
    }

    public async Task<bool> ClearAsync(CancellationToken ct)
    {
        var name = NewName(clock);
        if (redis is not null && !await redis.AskAsync(server => server.GetDatabase().StringSetAsync(Key, name), without: false, ct))
            return false;
        Volatile.Write(ref known, name);
        return true;
    }

    // A Redis that lost its data gets a new name too: what an instance remembers from before must not come back.
    private async Task<string?> ReadOrMakeAsync(IConnectionMultiplexer server)
    {
        var database = server.GetDatabase();
        if (await database.StringGetAsync(Key) is { HasValue: true } name)
            return name.ToString();
        await database.StringSetAsync(Key, NewName(clock), when: When.NotExists);
        return (await database.StringGetAsync(Key)).ToString();
    }

    private static string NewName(TimeProvider clock) => Guid.CreateVersion7(clock.GetUtcNow()).ToString("n");
}
