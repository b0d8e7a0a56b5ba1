using CleanLlm.Infrastructure.Ai.Calls;
using CleanLlm.Infrastructure.Ai.Options;
using Microsoft.Extensions.Time.Testing;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai;

/// <summary>The limits are 100 s for a call, 40 s until its first byte, 20 s between two.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class CallClockTests : IDisposable
{
    private readonly FakeTimeProvider clock = new();
    private readonly CallClock limits;

    public CallClockTests() => limits = new CallClock(
        new ProviderOptions { TimeoutSeconds = 100, FirstByteTimeoutSeconds = 40, IdleTimeoutSeconds = 20 }, clock, CancellationToken.None);

    public void Dispose() => limits.Dispose();

    [Test]
    public void TheLimitOfTheFirstByte_HoldsOnce_ForHeadersAndBodyTogether()
    {
        limits.ReadBegins();
        clock.Advance(TimeSpan.FromSeconds(30));
        // The headers are there, and the body is asked for.
        limits.ReadBegins();
        clock.Advance(TimeSpan.FromSeconds(9));
        limits.Expired.Should().BeFalse();

        clock.Advance(TimeSpan.FromSeconds(2));

        limits.Expired.Should().BeTrue();
        limits.Token.IsCancellationRequested.Should().BeTrue();
    }

    [Test]
    public void TheLimitBetweenTwoBytes_BeginsAnewWithEachRead()
    {
        for (var i = 0; i < 3; i++)
        {
            limits.ReadBegins();
            clock.Advance(TimeSpan.FromSeconds(15));
            limits.ReadEnds();
        }

        limits.Expired.Should().BeFalse();
        limits.ReadBegins();
        clock.Advance(TimeSpan.FromSeconds(21));
        limits.Expired.Should().BeTrue();
    }

    [Test]
    public void AShorterLimit_HoldsUntilItIsTakenBack()
    {
        limits.ReadBegins();
        limits.ReadEnds();
        limits.ShortenIdle(TimeSpan.FromSeconds(2));
        limits.RestoreIdle();
        limits.ReadBegins();
        clock.Advance(TimeSpan.FromSeconds(3));
        clock.Advance(TimeSpan.FromSeconds(16));
        limits.Expired.Should().BeFalse();
        limits.ReadEnds();

        limits.ShortenIdle(TimeSpan.FromSeconds(2));
        limits.ReadBegins();
        clock.Advance(TimeSpan.FromSeconds(1.9));
        limits.Expired.Should().BeFalse();
        clock.Advance(TimeSpan.FromSeconds(2));
        limits.Expired.Should().BeTrue();
    }
}
