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

    // The interface has these too. HybridCache, its only user, calls none of them, so no thread waits here.
    public byte[]? Get(string key) => GetAsync(key).GetAwaiter().GetResult();

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => SetAsync(key, value, options).GetAwaiter().GetResult();

    public void Refresh(string key) => RefreshAsync(key).GetAwaiter().GetResult();

    public void Remove(string key) => RemoveAsync(key).GetAwaiter().GetResult();

    private async Task DoAsync(Func<Task> call, CancellationToken ct) => await redis.AskAsync(
        async _ =>
        {
            await call();
            return true;
        },
        without: false,
        ct);
}
