using System.Text;
using CleanLlm.Application.RateLimiting;
using CleanLlm.Application.Security;
using CleanLlm.Infrastructure.Caching;
using StackExchange.Redis;

namespace CleanLlm.Infrastructure.RateLimiting;

/// <summary>Limits that all instances share. While Redis is away or frozen each instance limits by itself.</summary>
internal sealed class RedisRateLimiter(RedisLink redis, MemoryRateLimiter memory, IKeyedHash hash) : IRateLimiter
{
    private const string Prefix = "cleanllm:rate:";

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
        if (redis.IsAway)
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

        var answer = await redis.AskAsync<long[]?>(
            async server => (long[]?)await server.GetDatabase().ScriptEvaluateAsync(RateScript.Text, keys, [.. figures]), without: null, ct);
        return answer is null ? null : new RateRefusal((int)answer[0] - 1, TimeSpan.FromMicroseconds(answer[1]));
    }
}
