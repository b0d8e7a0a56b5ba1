using StackExchange.Redis;

namespace CleanLlm.Infrastructure.Caching;

/// <summary>How long a call waits for Redis before it goes on without.</summary>
internal static class RedisCalls
{
    /// <summary>Half a second, or <c>asyncTimeout</c> of the connection string. The client itself looks only once a second whether time is up.</summary>
    public static TimeSpan CallTimeout(this IConnectionMultiplexer redis) =>
        TimeSpan.FromMilliseconds(ConfigurationOptions.Parse(redis.Configuration).AsyncTimeout);

    /// <summary>Whether a call failed by Redis, so that it is gone on without: it is away, too slow, or cannot do what was asked.</summary>
    /// <param name="failure">What the client threw; it refuses some commands itself, by an exception of another kind.</param>
    public static bool IsAway(Exception failure) => failure is RedisException or RedisCommandException or TimeoutException;
}
