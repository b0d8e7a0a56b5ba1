using System.Collections.Concurrent;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai.Routing;

/// <summary>Short waits are over at once, and time leaps on by them; the limits of a call are never reached.</summary>
internal sealed class LeapingClock : TimeProvider
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    private long ticks = DateTimeOffset.UnixEpoch.Ticks;

    /// <summary>The waits in their order.</summary>
    public ConcurrentQueue<TimeSpan> Waits { get; } = [];

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref ticks), TimeSpan.Zero);

    public override long GetTimestamp() => Interlocked.Read(ref ticks);

    public void Advance(TimeSpan time) => Interlocked.Add(ref ticks, time.Ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime > Longest || dueTime == Timeout.InfiniteTimeSpan)
            return base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Waits.Enqueue(dueTime);
        Advance(dueTime);
        return base.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
