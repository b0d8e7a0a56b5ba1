using CleanLlm.Infrastructure.Caching;
using Microsoft.Extensions.Time.Testing;

namespace CleanLlm.Infrastructure.IntegrationTests.Caching;

internal sealed class ShortTtlCacheTests
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(3);

    private readonly FakeTimeProvider clock = new();
    private ShortTtlCache<string, int> cache = null!;
    private int reads;

    [SetUp]
    public void MakeCache() => (cache, reads) = (new ShortTtlCache<string, int>(Lifetime, clock), 0);

    [Test]
    public async Task AValue_IsReadOnceInItsLifetime()
    {
        (await ReadAsync()).Should().Be(1);
        clock.Advance(Lifetime - TimeSpan.FromTicks(1));
        (await ReadAsync()).Should().Be(1);

        clock.Advance(TimeSpan.FromTicks(1));

        (await ReadAsync()).Should().Be(2);
    }

    [Test]
    public async Task TheLifetime_CountsFromBeforeTheRead()
    {
        var reading = new TaskCompletionSource<int>();
        var slow = cache.GetAsync("key", reading.Task, static (_, task, _) => task, default);

        clock.Advance(Lifetime - TimeSpan.FromTicks(1));
        reading.SetResult(7);
        (await slow).Should().Be(7);
        (await ReadAsync()).Should().Be(7);
        clock.Advance(TimeSpan.FromTicks(1));

        (await ReadAsync()).Should().Be(1, "what was read before is over");
    }

    [Test]
    public async Task ParallelAskers_ShareOneRead_AndOneWhoLeavesLeavesTheOthers()
    {
        var reading = new TaskCompletionSource<int>();
        using var leaving = new CancellationTokenSource();
        var first = cache.GetAsync("key", reading.Task, static (_, task, _) => task, leaving.Token).AsTask();
        var others = Enumerable.Range(0, 20).Select(_ => ReadAsync()).ToList();

        await leaving.CancelAsync();
        reading.SetResult(7);

        (await Task.WhenAll(others)).Should().OnlyContain(value => value == 7);
        await first.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();
        reads.Should().Be(0);
    }

    [Test]
    public async Task AReadThatFails_IsNotKept()
    {
        var failing = cache.GetAsync("key", 0, static (_, _, _) => Task.FromException<int>(new TimeoutException()), default).AsTask();
        await failing.Invoking(task => task).Should().ThrowAsync<TimeoutException>();

        (await ReadAsync()).Should().Be(1);
    }

    [Test]
    public async Task Forget_MakesTheNextAskerReadAnew_AlsoPastAReadUnderWay()
    {
        await ReadAsync();
        cache.Forget((key, _) => key == "key");
        (await ReadAsync()).Should().Be(2);

        var before = new TaskCompletionSource<int>();
        var slow = cache.GetAsync("other", before.Task, static (_, task, _) => task, default);
        cache.Forget((_, _) => false);
        (await cache.GetAsync("other", 0, static (_, _, _) => Task.FromResult(9), default)).Should().Be(9);
        before.SetResult(8);

        (await slow).Should().Be(8);
        (await cache.GetAsync("other", 0, static (_, _, _) => Task.FromResult(10), default)).Should().Be(9);
    }

    private Task<int> ReadAsync() => cache.GetAsync("key", this, static (_, self, _) => Task.FromResult(++self.reads), default).AsTask();
}
