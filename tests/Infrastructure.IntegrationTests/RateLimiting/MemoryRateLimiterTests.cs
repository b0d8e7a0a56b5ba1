using System.Globalization;
using CleanLlm.Application.RateLimiting;
using CleanLlm.Infrastructure.RateLimiting;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Time.Testing;

namespace CleanLlm.Infrastructure.IntegrationTests.RateLimiting;

internal sealed class MemoryRateLimiterTests
{
    private static readonly RateLimit Limit = new("tested", 3, TimeSpan.FromSeconds(10));
    private static readonly Config Repeatable = Config.QuickThrowOnFailure.WithMaxTest(500).WithReplay(20260305, 7);

    private readonly FakeTimeProvider clock = new();

    [Test]
    public async Task Take_GivesTheBurst_AndThenSaysHowLongToWait()
    {
        var limiter = new MemoryRateLimiter(clock);

        (await TakeAsync(limiter, 4)).Should().Equal(null, null, null, TimeSpan.FromSeconds(10));

        clock.Advance(TimeSpan.FromSeconds(9));
        (await TakeAsync(limiter, 1)).Should().Equal(TimeSpan.FromSeconds(1));
        clock.Advance(TimeSpan.FromSeconds(1));
        (await TakeAsync(limiter, 2)).Should().Equal(null, TimeSpan.FromSeconds(10));
    }

    [Test]
    public async Task GiveBack_MakesOneMore_AndNeverMoreThanTheBurst()
    {
        var limiter = new MemoryRateLimiter(clock);
        await TakeAsync(limiter, 3);

        await limiter.GiveBackAsync(Limit, "ada", default);
        (await TakeAsync(limiter, 2)).Should().Equal(null, TimeSpan.FromSeconds(10));

        for (var i = 0; i < 10; i++)
            await limiter.GiveBackAsync(Limit, "ada", default);
        (await TakeAsync(limiter, 4)).Count(wait => wait is null).Should().Be(3);
    }

    [Test]
    public async Task TakeOfSeveral_TakesFromAllOrFromNone_AndNamesTheOneToWaitLongestFor()
    {
        var limiter = new MemoryRateLimiter(clock);
        RateBucket[] buckets = [new(Limit, "user"), new(new RateLimit("slow", 1, TimeSpan.FromMinutes(1)), "key")];

        (await limiter.TakeAsync(buckets, default)).Should().BeNull();
        (await limiter.TakeAsync(buckets, default)).Should().Be(new RateRefusal(1, TimeSpan.FromMinutes(1)));

        (await limiter.TakeAsync(Limit, "user", default)).Should().BeNull();
        (await limiter.TakeAsync(Limit, "user", default)).Should().BeNull("the refused call took nothing");
        (await limiter.TakeAsync(Limit, "user", default)).Should().Be(TimeSpan.FromSeconds(10));
        (await limiter.TakeAsync(buckets, default)).Should().Be(new RateRefusal(1, TimeSpan.FromMinutes(1)));
    }

    [Test]
    public async Task Buckets_OfOtherKeysAndLimits_AreNotTouched()
    {
        var limiter = new MemoryRateLimiter(clock);
        await TakeAsync(limiter, 3);

        (await limiter.TakeAsync(Limit, "grace", default)).Should().BeNull();
        (await limiter.TakeAsync(Limit with { Name = "other" }, "ada", default)).Should().BeNull();
    }

    // Steps are milliseconds to pass before each attempt.
    [Test]
    public void NeverMore_ThanTheBurstAndWhatGrewBack_InAnyWindow() => Prop.ForAll<byte, ushort, ushort[]>((extraBurst, extraRegrowth, steps) =>
    {
        var limit = new RateLimit("tested", 1 + (extraBurst % 10), TimeSpan.FromMilliseconds(1 + (extraRegrowth % 5_000)));
        var (time, now, taken) = (new FakeTimeProvider(), TimeSpan.Zero, new List<TimeSpan>());
        var limiter = new MemoryRateLimiter(time);
        foreach (var step in steps.SelectMany(step => new[] { step % 3_000, 0, 0 }))
        {
            time.Advance(TimeSpan.FromMilliseconds(step));
            now += TimeSpan.FromMilliseconds(step);
            if (limiter.TakeAsync(limit, "ada", default).AsTask().GetAwaiter().GetResult() is null)
                taken.Add(now);
        }

        return Enumerable.Range(0, taken.Count).All(first => Enumerable.Range(first, taken.Count - first).All(last =>
            last - first + 1 <= limit.Burst + Math.Floor((taken[last] - taken[first]) / limit.Regrowth)));
    }).Check(Repeatable);

    [Test]
    public void TheWaitItSays_IsTheShortestThatHelps() => Prop.ForAll<byte, ushort>((extraBurst, extraRegrowth) =>
    {
        var limit = new RateLimit("tested", 1 + (extraBurst % 10), TimeSpan.FromMilliseconds(1 + extraRegrowth));
        var time = new FakeTimeProvider();
        var limiter = new MemoryRateLimiter(time);
        TimeSpan? wait;
        do
            wait = limiter.TakeAsync(limit, "ada", default).AsTask().GetAwaiter().GetResult();
        while (wait is null);

        time.Advance(wait.Value - TimeSpan.FromTicks(1));
        var early = limiter.TakeAsync(limit, "ada", default).AsTask().GetAwaiter().GetResult();
        time.Advance(TimeSpan.FromTicks(1));
        return early == TimeSpan.FromTicks(1) && limiter.TakeAsync(limit, "ada", default).AsTask().GetAwaiter().GetResult() is null;
    }).Check(Repeatable);

    [Test]
    public async Task Memory_IsBounded_AndGivenBack()
    {
        var limiter = new MemoryRateLimiter(clock);
        for (var i = 0; i < MemoryRateLimiter.MaxBuckets + 10_000; i++)
            await limiter.TakeAsync(Limit, i.ToString(CultureInfo.InvariantCulture), default);
        var most = limiter.Count;

        clock.Advance(TimeSpan.FromMinutes(2));
        await limiter.TakeAsync(Limit, "ada", default);

        most.Should().BeInRange(MemoryRateLimiter.MaxBuckets / 2, MemoryRateLimiter.MaxBuckets);
        limiter.Count.Should().Be(1);
    }

    [Test]
    public async Task WhenMemoryIsFull_TheBucketsClosestToFullAreForgotten()
    {
        var limiter = new MemoryRateLimiter(clock);
        var slow = new RateLimit("slow", 1, TimeSpan.FromHours(1));
        (await limiter.TakeAsync(slow, "ada", default)).Should().BeNull();
        for (var i = 0; i < MemoryRateLimiter.MaxBuckets; i++)
            await limiter.TakeAsync(Limit, i.ToString(CultureInfo.InvariantCulture), default);

        (await limiter.TakeAsync(slow, "ada", default)).Should().NotBeNull("it is full long after the others");
    }

    [Test]
    public async Task TwoHundredAtOnce_TakeExactlyTheBurst()
    {
        var limiter = new MemoryRateLimiter(clock);
        var limit = Limit with { Burst = 17 };

        var waits = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(async () => await limiter.TakeAsync(limit, "ada", default))));

        waits.Count(wait => wait is null).Should().Be(17);
    }

    private static async Task<List<TimeSpan?>> TakeAsync(MemoryRateLimiter limiter, int times)
    {
        var waits = new List<TimeSpan?>();
        for (var i = 0; i < times; i++)
            waits.Add(await limiter.TakeAsync(Limit, "ada", default));
        return waits;
    }
}
