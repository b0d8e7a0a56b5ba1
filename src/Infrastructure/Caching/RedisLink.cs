using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace CleanLlm.Infrastructure.Caching;

/// <summary>
/// The one way to Redis, which knows whether it is away. The call that notices waits at most half a second, or <c>asyncTimeout</c> of the
/// connection string; from then on all calls end at once, until a probe beside them is answered.
/// </summary>
internal sealed partial class RedisLink(IConnectionMultiplexer redis, TimeProvider clock, ILogger<RedisLink> logger) : IDisposable
{
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RefusalLogInterval = TimeSpan.FromMinutes(1);

    // The client itself looks only once a second whether time is up.
    private readonly TimeSpan callTimeout = TimeSpan.FromMilliseconds(ConfigurationOptions.Parse(redis.Configuration).AsyncTimeout);

    private readonly Lock probing = new();
    private PeriodicTimer? probe;
    private bool isDisposed;

    // Even while Redis answers, odd while it is away. What began before an outage says nothing about what is after it.
    private long state;
    private long refusalLoggedAt;

    /// <summary>Whether Redis does not answer at the moment.</summary>
    public bool IsAway => IsOdd(Volatile.Read(ref state));

    /// <summary>What Redis answers, or <paramref name="without"/> when it does not or cannot do what was asked.</summary>
    /// <exception cref="OperationCanceledException">The caller has left, which says nothing about Redis.</exception>
    public async ValueTask<T> AskAsync<T>(Func<IConnectionMultiplexer, Task<T>> call, T without, CancellationToken ct)
    {
        var began = Volatile.Read(ref state);
        if (IsOdd(began))
            return without;
        try
        {
            return await call(redis).WaitAsync(callTimeout, ct);
        }
        catch (Exception failure) when (IsOfRedis(failure))
        {
            Notice(failure, began);
            return without;
        }
    }

    /// <summary>Listens to a channel, until it is disposed of.</summary>
    public async Task<IAsyncDisposable> ListenAsync(RedisChannel channel, Action<RedisValue> hear, CancellationToken ct)
    {
        var subscription = new Subscription(redis, channel, (_, told) => hear(told));
        var began = Volatile.Read(ref state);
        try
        {
            // The client makes it by itself once the connection is back, so it is asked for while Redis is away too, and not waited for.
            var flags = IsOdd(began) ? CommandFlags.FireAndForget : CommandFlags.None;
            await redis.GetSubscriber().SubscribeAsync(channel, subscription.Handler, flags).WaitAsync(callTimeout, ct);
        }
        catch (Exception failure) when (IsOfRedis(failure))
        {
            Notice(failure, began);
        }
        catch
        {
            await subscription.DisposeAsync();
            throw;
        }

        return subscription;
    }

    /// <summary>The channel of a name. All databases of one Redis share its channels: the number keeps two installations apart.</summary>
    public RedisChannel ChannelOf(string name) => RedisChannel.Literal($"cleanllm:{redis.GetDatabase().Database}:{name}");

    /// <summary>Ends the probe.</summary>
    public void Dispose()
    {
        lock (probing)
        {
            isDisposed = true;
            probe?.Dispose();
        }
    }

    // The client refuses some commands itself, by an exception of another kind.
    private static bool IsOfRedis(Exception failure) => failure is RedisException or RedisCommandException or TimeoutException;

    private static bool IsOdd(long value) => (value & 1) == 1;

    private void Notice(Exception failure, long began)
    {
        // A server that refuses one command answers others.
        if (failure is RedisServerException or RedisCommandException)
        {
            NoticeRefusal(failure);
            return;
        }

        if (IsOdd(began) || Interlocked.CompareExchange(ref state, began + 1, began) != began)
            return;
        LogAway(failure.Message);
        _ = ProbeAsync(began + 2);
    }

    private void NoticeRefusal(Exception failure)
    {
        var last = Volatile.Read(ref refusalLoggedAt);
        var isDue = last == 0 || clock.GetElapsedTime(last) >= RefusalLogInterval;
        if (isDue && Interlocked.CompareExchange(ref refusalLoggedAt, clock.GetTimestamp(), last) == last)
            LogRefused(failure.Message);
    }

    // Beside the requests, so that none of them waits to find out that Redis is still away.
    private async Task ProbeAsync(long back)
    {
        using var timer = new PeriodicTimer(ProbeInterval, clock);
        lock (probing)
        {
            if (isDisposed)
                return;
            probe = timer;
        }

        while (await timer.WaitForNextTickAsync())
        {
            try
            {
                await redis.GetDatabase().PingAsync().WaitAsync(callTimeout);
                LogBack();
                Volatile.Write(ref state, back);
                return;
            }
            catch (Exception)
            {
                // Tried again at the next tick after any failure: no other code finds out that Redis is back.
            }
        }
    }

    // The cause is the client's own text: addresses, states of the connection, and a key at most, which is a hash or an id.
    [LoggerMessage(LogLevel.Warning, "Redis is away ({Cause}); this instance limits, caches and tells by itself until it is back")]
    private partial void LogAway(string cause);

    [LoggerMessage(LogLevel.Information, "Redis is back")]
    private partial void LogBack();

    [LoggerMessage(LogLevel.Warning, "Redis refuses a command ({Cause}); what it was for goes on without")]
    private partial void LogRefused(string cause);

    private sealed class Subscription(IConnectionMultiplexer redis, RedisChannel channel, Action<RedisChannel, RedisValue> handler) : IAsyncDisposable
    {
        public Action<RedisChannel, RedisValue> Handler => handler;

        public async ValueTask DisposeAsync()
        {
            try
            {
                await redis.GetSubscriber().UnsubscribeAsync(channel, handler, CommandFlags.FireAndForget);
            }
            catch (Exception failure) when (IsOfRedis(failure))
            {
                // Without a connection there is no subscription either.
            }
        }
    }
}
