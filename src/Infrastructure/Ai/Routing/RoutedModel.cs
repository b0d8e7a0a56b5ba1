using CleanLlm.Infrastructure.Ai.Options;

namespace CleanLlm.Infrastructure.Ai.Routing;

/// <summary>One model of a provider as the router sees it: whether it may be asked now. Its siblings at the provider have their own.</summary>
internal sealed class RoutedModel
{
    // A model that says "tomorrow" is asked again sooner: it may have been an error.
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly TimeProvider clock;
    private long pausedUntil;

    /// <param name="id">The provider's own name for it.</param>
    /// <param name="breaker">When its breaker opens.</param>
    /// <param name="clock">Measures breaks and pauses.</param>
    /// <param name="onChange">Told when its breaker has opened (true) or closed again (false).</param>
    public RoutedModel(string id, BreakerOptions breaker, TimeProvider clock, Action<RoutedModel, bool> onChange)
    {
        this.clock = clock;
        Id = id;
        Breaker = new CircuitBreaker(breaker, clock, opened => onChange(this, opened));
        Trend = new FailureTrend(clock);
    }

    /// <summary>The provider's own name for it.</summary>
    public string Id { get; }

    /// <summary>Its breaker: what HTTP answers, time-outs and unreadable answers count for.</summary>
    public CircuitBreaker Breaker { get; }

    /// <summary>Whether its calls tend to fail.</summary>
    public FailureTrend Trend { get; }

    /// <summary>Until when a <c>Retry-After</c> asks for no calls; in the past when there is none, or no longer.</summary>
    public DateTimeOffset PausedUntil => new(Volatile.Read(ref pausedUntil), TimeSpan.Zero);

    /// <summary>Obeys a <c>Retry-After</c>.</summary>
    public void Pause(TimeSpan wait)
    {
        var until = (clock.GetUtcNow() + (wait < LongestPause ? wait : LongestPause)).UtcTicks;
        for (var known = Volatile.Read(ref pausedUntil); until > known;)
        {
            var before = Interlocked.CompareExchange(ref pausedUntil, until, known);
            if (before == known)
                return;
            known = before;
        }
    }

    /// <summary>Nothing of it needs to be remembered.</summary>
    public bool IsAtRest(DateTimeOffset now) => Breaker.IsClosed && PausedUntil <= now;
}
