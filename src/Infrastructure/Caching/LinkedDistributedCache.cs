using Microsoft.Extensions.Caching.Distributed;

namespace CleanLlm.Infrastructure.Caching;

/// <summary>
/// The second level of HybridCache by way of <see cref="RedisLink"/>: while Redis is away nothing is found there and nothing kept. It lends
/// no buffers (<see cref="IBufferDistributedCache"/>): a call that was given up could still write into one that another call has by then.
/// </summary>
internal sealed class LinkedDistributedCache(IDistributedCache cache, RedisLink redis) : IDistributedCache
{
    public async Task<byte[]?> GetAsync(string key, CancellationToken token = default) =>
        await redis.AskAsync(_ => cache.GetAsync(key, token), without: null, token);

    public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default) =>
        DoAsync(() => cache.SetAsync(key, value, options, token), token);

    public Task RefreshAsync(string key, CancellationToken token = default) => DoAsync(() => cache.RefreshAsync(key, token), token);

    public Task RemoveAsync(string key, CancellationToken token = default) => DoAsync(() => cache.RemoveAsync(key, token), token);

    // The interface has these too. HybridCache, the only user, calls none of them: a thread would have to wait for Redis.
    byte[]? IDistributedCache.Get(string key) => throw WouldBlock();

    void IDistributedCache.Set(string key, byte[] value, DistributedCacheEntryOptions options) => throw WouldBlock();

    void IDistributedCache.Refresh(string key) => throw WouldBlock();

    void IDistributedCache.Remove(string key) => throw WouldBlock();

    private static NotSupportedException WouldBlock() => new("Redis is asked without blocking a thread: use the asynchronous methods.");

    private async Task DoAsync(Func<Task> call, CancellationToken ct) => await redis.AskAsync(
        async _ =>
        {
            await call();
            return true;
        },
        without: false,
        ct);
}
