namespace CleanLlm.Infrastructure.RateLimiting;

/// <summary>The limiter's arithmetic where all instances share it: atomic, and by the clock of Redis alone.</summary>
internal static class RateScript
{
    /// <summary>
    /// KEYS[1] holds the moment at which the bucket will be full again, and expires then. ARGV: microseconds in which a permit grows
    /// back, permits at most, permits to take (-1 gives one back). Answers 0, or the microseconds to wait.
    /// </summary>
    public const string Text =
        """
        local time = redis.call('TIME')
        local now = time[1] * 1000000 + time[2]
        local full = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now) + ARGV[1] * ARGV[3]
        local wait = full - now - ARGV[1] * ARGV[2]
        if wait > 0 then
            return wait
        end
        if full > now then
            redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000))
        else
            redis.call('DEL', KEYS[1])
        end
        return 0
        """;
}
