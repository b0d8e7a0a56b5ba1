using CleanLlm.Infrastructure.Ai.Options;

namespace CleanLlm.Infrastructure.Ai.Routing;

/// <summary>
/// Closes a whole provider when its connections fail or its credential is refused. It watches only while there is reason to: as long as
/// every connection comes about, a call costs it one read.
/// </summary>
internal sealed class ConnectionBreaker(BreakerOptions options, TimeProvider clock, Action<bool> onChange)
{
    private readonly long sampling = TimeSpan.FromSeconds(options.SamplingSeconds).Ticks;
    private long watchedUntil;

    /// <summary>The breaker itself.</summary>
    public CircuitBreaker Circuit { get; } = new(options, clock, onChange);

    /// <summary>Asks to be let through.</summary>
    /// <param name="ticket">To be closed with the call's outcome; null while nothing is watched.</param>
    public bool TryEnter(out BreakerTicket? ticket)
    {
        ticket = null;
        if (Circuit.IsClosed && Volatile.Read(ref watchedUntil) <= clock.GetUtcNow().UtcTicks)
            return true;
        ticket = Circuit.TryEnter();
        return ticket is not null;
    }

    /// <summary>A connection came about, and the credential was taken.</summary>
    public void Succeed(BreakerTicket? ticket)
    {
        if (ticket is null)
            return;
        ticket.Close(succeeded: true);
        Circuit.Note();
    }

    /// <summary>None came about, or the credential was refused.</summary>
    /// <param name="ticket">The call's; null when it began before anything was watched.</param>
    public void Fail(BreakerTicket? ticket)
    {
        Volatile.Write(ref watchedUntil, clock.GetUtcNow().UtcTicks + sampling);
        (ticket ?? Circuit.TryEnter())?.Close(succeeded: false);
        Circuit.Note();
    }
}
