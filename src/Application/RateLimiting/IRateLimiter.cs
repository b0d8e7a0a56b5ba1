namespace CleanLlm.Application.RateLimiting;

/// <summary>
/// Limits how often something is done (GCRA, the generic cell rate algorithm of ITU-T I.371): on all instances together where they
/// share a Redis, else on each by itself.
/// </summary>
public interface IRateLimiter
{
    /// <summary>
    /// Takes one permit from each of several buckets, or none at all. Where instances share a Redis it is one call. A bucket that is not the
    /// first is known by the first as well: it is always asked for behind the same one.
    /// </summary>
    /// <returns>Null when they were taken, else which bucket has none.</returns>
    ValueTask<RateRefusal?> TakeAsync(IReadOnlyList<RateBucket> buckets, CancellationToken ct);

    /// <summary>Gives back a permit that does not count after all.</summary>
    ValueTask GiveBackAsync(RateLimit limit, string key, CancellationToken ct);
}

/// <summary>How often something may be done: a burst at once, and then one more each time a permit has grown back.</summary>
/// <param name="Name">Keeps the limits apart; lower-case letters and dashes.</param>
/// <param name="Burst">Permits at most, at least 1.</param>
/// <param name="Regrowth">How long one permit takes to grow back.</param>
public sealed record RateLimit(string Name, int Burst, TimeSpan Regrowth);
