using CleanLlm.Infrastructure.Ai.Options;

namespace CleanLlm.Infrastructure.Ai.Calls;

/// <summary>
/// The time limits of one call, by one timer and one token source however many tokens come: reading only notes when it began,
/// and the timer, when it fires too early, is set anew. Time between two reads is the reader's and counts for the whole call only.
/// </summary>
internal sealed class CallClock : IDisposable
{
    private const long NotReading = long.MaxValue;

    private readonly CancellationTokenSource source = new();
    private readonly TimeProvider clock;
    private readonly CancellationTokenRegistration callerLeft;
    private readonly ITimer timer;
    private readonly long started;
    private readonly TimeSpan total;
    private readonly TimeSpan longestIdle;
    private TimeSpan idle;
    private long patience;
    private long readingSince = NotReading;

    public CallClock(ProviderOptions limits, TimeProvider clock, CancellationToken caller)
    {
        this.clock = clock;
        Caller = caller;
        total = TimeSpan.FromSeconds(limits.TimeoutSeconds);
        idle = longestIdle = TimeSpan.FromSeconds(limits.IdleTimeoutSeconds);
        patience = TimeSpan.FromSeconds(limits.FirstByteTimeoutSeconds).Ticks;
        started = clock.GetTimestamp();
        callerLeft = caller.UnsafeRegister(static state => ((CallClock)state!).source.Cancel(), this);
        timer = clock.CreateTimer(static state => ((CallClock)state!).Check(), this, NextCheck(total), Timeout.InfiniteTimeSpan);
    }

    /// <summary>Cancelled when a limit has passed or the caller has left.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>The caller's own token.</summary>
    public CancellationToken Caller { get; }

    /// <summary>A limit has passed.</summary>
    public bool Expired { get; private set; }

    /// <summary>A wait for the service begins: for its answer, or for a read of the body. One that has begun goes on.</summary>
    public void ReadBegins()
    {
        if (Volatile.Read(ref readingSince) == NotReading)
            Volatile.Write(ref readingSince, clock.GetTimestamp());
    }

    /// <summary>Bytes came; from now on the idle limit holds, not that of the first byte.</summary>
    public void ReadEnds()
    {
        Volatile.Write(ref readingSince, NotReading);
        Volatile.Write(ref patience, idle.Ticks);
    }

    /// <summary>From now on no read may take longer than this, which is no more than the idle limit.</summary>
    public void ShortenIdle(TimeSpan limit)
    {
        idle = Min(longestIdle, limit);
        Volatile.Write(ref patience, idle.Ticks);
        timer.Change(NextCheck(idle), Timeout.InfiniteTimeSpan);
    }

    /// <summary>From now on the idle limit holds again.</summary>
    public void RestoreIdle()
    {
        if (idle == longestIdle)
            return;
        idle = longestIdle;
        Volatile.Write(ref patience, idle.Ticks);
    }

    public void Dispose()
    {
        timer.Dispose();
        callerLeft.Dispose();
        source.Dispose();
    }

    private void Check()
    {
        var left = total - clock.GetElapsedTime(started);
        var since = Volatile.Read(ref readingSince);
        if (since != NotReading)
            left = Min(left, new TimeSpan(Volatile.Read(ref patience)) - clock.GetElapsedTime(since));
        if (left > TimeSpan.Zero)
        {
            timer.Change(NextCheck(left), Timeout.InfiniteTimeSpan);
            return;
        }

        Expired = true;
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The call ended while its timer fired.
        }
    }

    /// <summary>Rounded up to the timer's resolution, and often enough to notice a read that began since.</summary>
    private TimeSpan NextCheck(TimeSpan left) => Min(left, Min(idle, new TimeSpan(Volatile.Read(ref patience)))) + TimeSpan.FromMilliseconds(1);

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
