using Microsoft.Extensions.Time.Testing;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>
/// A fake time that counts the short waits that have begun, so that a test moves it only once the work that it woke waits again: however
/// late the pool runs that work, no time passes over its head.
/// </summary>
internal sealed class WaitCountingClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(5);

    private int begun;

    /// <summary>How many waits of at most five seconds have begun.</summary>
    public int ShortWaits => Volatile.Read(ref begun);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        Count(dueTime);
        return new CountedTimer(this, timer);
    }

    private void Count(TimeSpan dueTime)
    {
        if (dueTime > TimeSpan.Zero && dueTime <= Short)
            Interlocked.Increment(ref begun);
    }

    // One timer may serve many waits.
    private sealed class CountedTimer(WaitCountingClock clock, ITimer timer) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var isChanged = timer.Change(dueTime, period);
            clock.Count(dueTime);
            return isChanged;
        }

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
