using CleanLlm.Application.Logs;
using Microsoft.Extensions.Time.Testing;

namespace CleanLlm.Application.UnitTests.Logs;

/// <summary>The wait of one reader by itself, as a reader uses it whose log is elsewhere.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class LogSignalTests : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider clock = new();
    private readonly CancellationTokenSource leaving = new();
    private readonly LogSignal signal;

    public LogSignalTests() => signal = new LogSignal(Timeout.InfiniteTimeSpan, clock, leaving.Token);

    public void Dispose()
    {
        signal.Dispose();
        leaving.Dispose();
    }

    [Test]
    public async Task WhatIsRaised_AfterTheLook_EndsTheWaitAtOnce()
    {
        signal.Reset();
        signal.Raise();
        signal.Raise();

        await Woken(signal.WaitAsync(Longest));
    }

    [Test]
    public void WhatWasRaised_BeforeTheLook_EndsNoWait()
    {
        signal.Raise();
        signal.Reset();

        signal.WaitAsync(Longest).AsTask().IsCompleted.Should().BeFalse();
    }

    [Test]
    public async Task EachWait_HasATimeOfItsOwn()
    {
        foreach (var longest in new[] { Longest, Longest * 5, Longest })
        {
            signal.Reset();
            var waiting = signal.WaitAsync(longest);

            clock.Advance(longest - TimeSpan.FromTicks(1));
            waiting.IsCompleted.Should().BeFalse();
            clock.Advance(TimeSpan.FromTicks(1));
            await Woken(waiting);
        }
    }

    [Test]
    public async Task AWait_ThatTheTokenEnds_Throws_AndNoOtherBegins()
    {
        signal.Reset();
        var waiting = signal.WaitAsync(Longest);

        await leaving.CancelAsync();

        await signal.Awaiting(_ => Woken(waiting).AsTask()).Should().ThrowAsync<OperationCanceledException>();
        signal.Invoking(cancelled => cancelled.Reset()).Should().Throw<OperationCanceledException>();
    }

    [Test]
    public async Task ATokenCancelled_BetweenTheLookAndTheWait_EndsIt()
    {
        signal.Reset();
        await leaving.CancelAsync();

        await signal.Awaiting(cancelled => Woken(cancelled.WaitAsync(Longest)).AsTask()).Should().ThrowAsync<OperationCanceledException>();
    }

    private static ValueTask Woken(ValueTask wait)
    {
        wait.IsCompleted.Should().BeTrue("a broken test must not wait for ever");
        return wait;
    }
}
