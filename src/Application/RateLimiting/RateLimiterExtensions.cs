namespace CleanLlm.Application.RateLimiting;

/// <summary>What every limiter does in the same way.</summary>
public static class RateLimiterExtensions
{
    /// <summary>Takes one permit, if there is one.</summary>
    /// <param name="limiter">The limiter.</param>
    /// <param name="limit">Which limit.</param>
    /// <param name="key">What is limited, such as an address or an account; kept only as long as the limit needs it.</param>
    /// <param name="ct">Cancels the call.</param>
    /// <returns>Null when the permit was taken, else how long to wait for the next one.</returns>
    public static async ValueTask<TimeSpan?> TakeAsync(this IRateLimiter limiter, RateLimit limit, string key, CancellationToken ct) =>
        (await limiter.TakeAsync([new RateBucket(limit, key)], ct))?.Wait;
}
