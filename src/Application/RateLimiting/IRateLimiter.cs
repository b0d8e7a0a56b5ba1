namespace CleanLlm.Application.RateLimiting;

/// <summary>
/// Limits how often something is done (GCRA, the generic cell rate algorithm of ITU-T I.371): on all instances together where they
/// share a Redis, else on each by itself.
/// </summary>
public interface IRateLimiter
{
    /// <summary>Takes one permit, if there is one.</summary>
    /// <param name="limit">Which limit.</param>
    /// <param name="key">Who is limited, such as an address or an account; kept only as long as the limit needs it.</param>
    /// <param name="ct">Cancels the call.</param>
    /// <returns>Null when the permit was taken, else how long to wait for the next one.</returns>
    ValueTask<TimeSpan?> TakeAsync(RateLimit limit, string key, CancellationToken ct);

    /// <summary>Gives a permit back that turned out not to count.</summary>
    ValueTask GiveBackAsync(RateLimit limit, string key, CancellationToken ct);
}

/// <summary>How often something may be done: a burst at once, and then one more each time a permit has grown back.</summary>
/// <param name="Name">Keeps the limits apart; lower-case letters and dashes.</param>
/// <param name="Burst">Permits at most, at least 1.</param>
/// <param name="Regrowth">How long one permit takes to grow back.</param>
public sealed record RateLimit(string Name, int Burst, TimeSpan Regrowth);
