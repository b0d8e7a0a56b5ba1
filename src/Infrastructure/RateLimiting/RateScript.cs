namespace CleanLlm.Infrastructure.RateLimiting;

/// <summary>The limiter's arithmetic where all instances share it: atomic, and by the clock of Redis alone.</summary>
internal static class RateScript
{
    /// <summary>
    /// Each of KEYS holds the moment at which its bucket will be full again, and expires then. ARGV has three figures for each:
    /// microseconds in which a permit grows back, permits at most, permits to take (-1 gives one back). Takes from all or from none.
    /// Answers 0 and 0, or the number of the bucket with the longest wait and the microseconds to wait.
    /// </summary>
    public const string Text =
        """
        local time = redis.call('TIME')
        local now = time[1] * 1000000 + time[2]
        local fulls = {}
        local which, longest = 0, 0
        for i, key in ipairs(KEYS) do
            local regrowth, burst, permits = tonumber(ARGV[i * 3 - 2]), tonumber(ARGV[i * 3 - 1]), tonumber(ARGV[i * 3])
            fulls[i] = math.max(tonumber(redis.call('GET', key) or 0), now) + regrowth * permits
            local wait = fulls[i] - now - regrowth * burst
            if wait > longest then
                which, longest = i, wait
            end
        end
        if longest > 0 then
            return {which, longest}
        end
        for i, key in ipairs(KEYS) do
            if fulls[i] > now then
                redis.call('SET', key, string.format('%.0f', fulls[i]), 'PX', math.ceil((fulls[i] - now) / 1000))
            else
                redis.call('DEL', key)
            end
        end
        return {0, 0}
        """;
}
