using System.Collections.Concurrent;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai;

/// <summary>Waits of at most five seconds are over at once and written down; longer ones, the time limits of a call, never are.</summary>
internal sealed class ImpatientClock : TimeProvider
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <summary>The waits that were over at once, in their order.</summary>
    public ConcurrentQueue<TimeSpan> Waits { get; } = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime > Longest || dueTime == Timeout.InfiniteTimeSpan)
            return base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Waits.Enqueue(dueTime);
        return base.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
