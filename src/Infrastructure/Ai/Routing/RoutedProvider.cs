using System.Threading.RateLimiting;
using CleanLlm.Application.Ai;
using Microsoft.Extensions.Logging;
using Polly.CircuitBreaker;

namespace CleanLlm.Infrastructure.Ai.Routing;

/// <summary>A configured provider as the router sees it: whether it may be asked now, and how it has been doing.</summary>
internal sealed partial class RoutedProvider(ProviderOptions options, BreakerOptions breaker, TimeProvider clock, ILogger<RoutedProvider> logger) : IDisposable
{
    // A provider that says "tomorrow" is asked again sooner: it may have been a slip, or meant one model of many.
    private static readonly TimeSpan LongestAbsence = TimeSpan.FromMinutes(1);

    private long leftAloneUntil;
    private long circuitSince = clock.GetUtcNow().UtcTicks;
    private int circuitSeen = (int)CircuitState.Closed;
    private long openUntil;

    /// <summary>How it is configured.</summary>
    public ProviderOptions Options => options;

    /// <summary>Its name.</summary>
    public string Name => options.Name;

    /// <summary>The longest a call of it may take.</summary>
    public TimeSpan Timeout { get; } = TimeSpan.FromSeconds(options.TimeoutSeconds);

    /// <summary>How its last calls went.</summary>
    public ProviderHealth Health { get; } = new(clock);

    /// <summary>Its calls under way and those that wait.</summary>
    public ProviderBulkhead Bulkhead { get; } = new(options, clock);

    /// <summary>Its breaker.</summary>
    public ProviderBreaker Breaker { get; } = new(breaker, clock);

    /// <summary>Until when it asked to be left alone; in the past when it has not, or no longer.</summary>
    public DateTimeOffset LeftAloneUntil => new(Volatile.Read(ref leftAloneUntil), TimeSpan.Zero);

    /// <summary>Until when its open breaker lets nobody through; in the past when it is not open.</summary>
    public DateTimeOffset OpenUntil => new(Volatile.Read(ref openUntil), TimeSpan.Zero);

    /// <summary>Since when its breaker has been in its state.</summary>
    public DateTimeOffset CircuitSince => new(Volatile.Read(ref circuitSince), TimeSpan.Zero);

    /// <summary>Obeys a <c>Retry-After</c>.</summary>
    public void LeaveAlone(TimeSpan wait)
    {
        var until = (clock.GetUtcNow() + (wait < LongestAbsence ? wait : LongestAbsence)).UtcTicks;
        for (var seen = Volatile.Read(ref leftAloneUntil); until > seen;)
        {
            var before = Interlocked.CompareExchange(ref leftAloneUntil, until, seen);
            if (before == seen)
                return;
            seen = before;
        }
    }

    /// <summary>Takes a place and a ticket, or neither.</summary>
    /// <param name="place">A place that was waited for; null to take one if there is one.</param>
    public Passage? TryEnter(RateLimitLease? place, out ProviderRefusal refusal)
    {
        refusal = ProviderRefusal.Full;
        if ((place ?? Bulkhead.TryEnter()) is not { } taken)
            return null;
        var ticket = Breaker.TryEnter(out var refusedFor);
        NoteCircuit();
        if (ticket is not null)
            return new Passage(taken, ticket);
        taken.Dispose();
        Volatile.Write(ref openUntil, (clock.GetUtcNow() + refusedFor).UtcTicks);
        refusal = ProviderRefusal.Open;
        return null;
    }

    /// <summary>Notes since when the breaker has been in its state. The breaker changes it on the thread of a call, and calls come here.</summary>
    public void NoteCircuit()
    {
        var state = (int)Breaker.State;
        if (state != Volatile.Read(ref circuitSeen) && Interlocked.Exchange(ref circuitSeen, state) != state)
        {
            Volatile.Write(ref circuitSince, clock.GetUtcNow().UtcTicks);
            if (state == (int)CircuitState.Open)
                LogOpen(Name, Health.LastFailure);
            else if (state == (int)CircuitState.Closed)
                LogClosed(Name);
        }

        if (state == (int)CircuitState.Closed && Volatile.Read(ref openUntil) != 0)
            Volatile.Write(ref openUntil, 0);
    }

    public void Dispose() => Bulkhead.Dispose();

    [LoggerMessage(Level = LogLevel.Warning, Message = "Provider {Provider} keeps failing, lastly by {Failure}, and is left alone for a while")]
    private partial void LogOpen(string provider, ProviderFailure? failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "Provider {Provider} works again")]
    private partial void LogClosed(string provider);
}

/// <summary>What a call holds while it is with a provider.</summary>
internal readonly record struct Passage(RateLimitLease Place, BreakerTicket Ticket);

/// <summary>Why a provider takes no call.</summary>
internal enum ProviderRefusal
{
    /// <summary>All its places are taken.</summary>
    Full,

    /// <summary>Its breaker is open.</summary>
    Open,
}
