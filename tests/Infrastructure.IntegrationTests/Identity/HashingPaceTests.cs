using CleanLlm.Infrastructure.Security.Hashing;
using Microsoft.Extensions.Time.Testing;

namespace CleanLlm.Infrastructure.IntegrationTests.Identity;

/// <summary>What is refused without hashing takes as long as hashing does.</summary>
internal sealed class HashingPaceTests
{
    private static readonly TimeSpan Usual = TimeSpan.FromMilliseconds(200);

    private readonly FakeTimeProvider clock = new();

    [Test]
    public void Wait_IsAsLongAsTheLastHashTook()
    {
        var pace = new HashingPace(clock);
        pace.IsKnown.Should().BeFalse();
        Hash(pace, Usual);

        var wait = pace.WaitAsync(default);

        pace.IsKnown.Should().BeTrue();
        clock.Advance(Usual - TimeSpan.FromMilliseconds(1));
        wait.IsCompleted.Should().BeFalse();
        clock.Advance(TimeSpan.FromMilliseconds(1));
        wait.IsCompletedSuccessfully.Should().BeTrue();
    }

    [Test]
    public void Wait_FollowsTheLoad()
    {
        var pace = new HashingPace(clock);
        Hash(pace, TimeSpan.FromHours(1));
        for (var i = 0; i < 32; i++)
            Hash(pace, Usual);

        var waits = Enumerable.Range(0, 100).Select(_ => pace.WaitAsync(default)).ToList();

        clock.Advance(Usual);
        waits.Should().OnlyContain(wait => wait.IsCompletedSuccessfully, "the time before the last 32 is forgotten");
    }

    [Test]
    public void RightPasswords_MakeNobodyWait()
    {
        var pace = new HashingPace(clock);
        Hash(pace, TimeSpan.FromHours(1), isWrong: false);
        pace.IsKnown.Should().BeFalse();
    }

    private void Hash(HashingPace pace, TimeSpan time, bool isWrong = true) => pace.Time(
        () =>
        {
            clock.Advance(time);
            return isWrong;
        },
        wrong => wrong);
}
