using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using CleanLlm.Application.RateLimiting;
using CleanLlm.Application.Security;
using CleanLlm.Infrastructure.Caching;
using CleanLlm.Infrastructure.RateLimiting;
using CleanLlm.Testing;
using CleanLlm.Testing.Databases;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace CleanLlm.Infrastructure.IntegrationTests.RateLimiting;

[NonParallelizable]
internal sealed class RedisRateLimiterTests
{
    private static readonly RateLimit Limit = new("tested", 17, TimeSpan.FromHours(1));

    [Test]
    public async Task TwoInstances_UnderTwoHundredCallsAtOnce_GiveExactlyTheBurst()
    {
        var redis = await TestRedis.ConnectionStringAsync();
        await using var one = await ConnectedAsync(redis);
        await using var two = await ConnectedAsync(redis);

        var waits = await Task.WhenAll(Enumerable.Range(0, 200).Select(i =>
            Task.Run(async () => await Limiter(i % 2 == 0 ? one : two).TakeAsync(Limit, "ada@example.org", default))));

        waits.Count(wait => wait is null).Should().Be(17);
        waits.Max().Should().BeCloseTo(TimeSpan.FromHours(1), TimeSpan.FromMinutes(1));
        await TestContext.Out.WriteLineAsync($"200 parallel calls through two limiters on one Redis, burst 17: {waits.Count(wait => wait is null)} taken");
    }

    [Test]
    public async Task TakeOfSeveral_TakesFromAllOrFromNone_AndNamesTheOneToWaitLongestFor()
    {
        await using var instance = await ConnectedAsync(await TestRedis.ConnectionStringAsync());
        var limiter = Limiter(instance);
        RateBucket[] buckets = [new(new RateLimit("wide", 3, TimeSpan.FromHours(1)), "user"), new(new RateLimit("slow", 1, TimeSpan.FromHours(2)), "key")];

        (await limiter.TakeAsync(buckets, default)).Should().BeNull();
        var refusal = await limiter.TakeAsync(buckets, default);
        refusal!.Value.Index.Should().Be(1);
        refusal.Value.Wait.Should().BeCloseTo(TimeSpan.FromHours(2), TimeSpan.FromMinutes(1));

        (await limiter.TakeAsync(buckets[..1], default)).Should().BeNull();
        (await limiter.TakeAsync(buckets[..1], default)).Should().BeNull("the refused call took nothing");
        (await limiter.TakeAsync(buckets[..1], default))!.Value.Index.Should().Be(0);
    }

    // Of one node; what it refuses is the same as of many.
    [Test]
    public async Task OnACluster_TheBucketsOfOneCallAreTogether()
    {
        await using var redis = await OwnRedis.StartAsync(isCluster: true);
        await using var instance = await ConnectedAsync(redis.ConnectionString, Patience.Slack);
        var limiter = Limiter(instance);
        RateBucket[] buckets = [new(new RateLimit("wide", 100, TimeSpan.FromHours(1)), "user"), new(new RateLimit("slow", 1, TimeSpan.FromHours(2)), "key")];

        (await limiter.TakeAsync(buckets, default)).Should().BeNull();
        (await limiter.TakeAsync(buckets, default))!.Value.Index.Should().Be(1);

        Link(instance).IsAway.Should().BeFalse();
        await using var other = await ConnectedAsync(redis.ConnectionString, Patience.Slack);
        (await Limiter(other).TakeAsync(buckets, default))!.Value.Index.Should().Be(1, "instances share it");
    }

    [Test]
    public async Task GiveBack_MakesOneMore_OnAnyInstance()
    {
        var redis = await TestRedis.ConnectionStringAsync();
        await using var one = await ConnectedAsync(redis);
        await using var two = await ConnectedAsync(redis);
        (await TakenAsync(one, 20)).Should().Be(17);

        await Limiter(two).GiveBackAsync(Limit, "ada@example.org", default);

        (await TakenAsync(one, 5)).Should().Be(1);
    }

    [Test]
    public async Task APermit_GrowsBack_ByTheClockOfRedis()
    {
        await using var instance = await ConnectedAsync(await TestRedis.ConnectionStringAsync());
        var brief = new RateLimit("brief", 1, TimeSpan.FromMilliseconds(200));
        using var deadline = Patience.Deadline();
        List<TimeSpan> waits = [];
        // On a busy machine it may have grown back before it is asked for again.
        for (var attempt = 0; waits.Count == 0; attempt++)
        {
            deadline.Token.ThrowIfCancellationRequested();
            waits = await WaitsAsync(string.Create(CultureInfo.InvariantCulture, $"ada {attempt}"));
        }

        waits.Should().BeInDescendingOrder();
        waits[0].Should().BePositive().And.BeLessThanOrEqualTo(TimeSpan.FromMilliseconds(200));

        // Takes the permit, and then waits until there is one again.
        async Task<List<TimeSpan>> WaitsAsync(string key)
        {
            (await Limiter(instance).TakeAsync(brief, key, default)).Should().BeNull();
            List<TimeSpan> told = [];
            // A timer of this process may be a little early by the clock of Redis: then what is left to wait is told.
            while (await Limiter(instance).TakeAsync(brief, key, default) is { } wait)
            {
                told.Add(wait);
                using var timer = new PeriodicTimer(wait + TimeSpan.FromMilliseconds(1));
                await timer.WaitForNextTickAsync(deadline.Token);
            }

            return told;
        }
    }

    [Test]
    public async Task Keys_ExpireByThemselves_AndNameNobody()
    {
        await using var instance = await ConnectedAsync(await TestRedis.ConnectionStringAsync());
        await Limiter(instance).TakeAsync(Limit, "ada@example.org", default);
        await Limiter(instance).TakeAsync(Limit, "192.0.2.1", default);

        var redis = instance.GetRequiredService<IConnectionMultiplexer>();
        var database = redis.GetDatabase();
        var keys = redis.GetServers()[0].Keys(database.Database).Select(key => (string)key!).ToList();

        keys.Should().HaveCount(2);
        foreach (var key in keys)
        {
            key.Should().StartWith("cleanllm:rate:tested:");
            key["cleanllm:rate:tested:".Length..].Should().MatchRegex("^[{][0-9a-f]{64}[}]$");
            (await database.KeyTimeToLiveAsync(key)).Should().BePositive().And.BeLessThanOrEqualTo(Limit.Regrowth);
        }
    }

    [Test]
    public async Task WhenRedisIsKilled_ThisInstanceLimits_UntilItIsBack()
    {
        await using var redis = await OwnRedis.StartAsync();
        await using var instance = await ConnectedAsync(redis.ConnectionString, Patience.Slack);
        (await TakenAsync(instance, 5)).Should().Be(5);

        await redis.KillAsync();
        (await TakenAsync(instance, 100)).Should().Be(17, "memory begins with a full bucket");

        await redis.RestartAsync();
        await BackAsync(instance);
        (await TakenAsync(instance, 100)).Should().Be(17, "Redis came back empty, and its script was loaded anew");
    }

    [Test]
    public async Task WhenRedisIsFrozen_OneCallWaits_AndTheRestDoNot()
    {
        await using var redis = await OwnRedis.StartAsync();
        await using var instance = await ConnectedAsync(redis.ConnectionString, TimeSpan.FromSeconds(5));
        (await TakenAsync(instance, 17)).Should().Be(17);
        await redis.FreezeAsync();

        var first = Stopwatch.StartNew();
        (await TakenAsync(instance, 1)).Should().Be(1);
        first.Stop();
        var rest = Stopwatch.StartNew();
        (await TakenAsync(instance, 1_000)).Should().Be(16);
        rest.Stop();

        rest.Elapsed.Should().BeLessThan(100 * first.Elapsed, "a thousand calls that waited each would take a thousand times the first");
        await TestContext.Out.WriteLineAsync(
            $"Redis frozen: first call {first.ElapsedMilliseconds} ms, the next 1,000 together {rest.ElapsedMilliseconds} ms");
        await redis.ThawAsync();
        await BackAsync(instance);
        (await TakenAsync(instance, 1)).Should().Be(0, "Redis remembers");
    }

    private static async Task BackAsync(ServiceProvider instance)
    {
        using var deadline = Patience.Deadline();
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (Link(instance).IsAway)
            await poll.WaitForNextTickAsync(deadline.Token);
    }

    private static async Task<int> TakenAsync(ServiceProvider instance, int times)
    {
        var taken = 0;
        for (var i = 0; i < times; i++)
            taken += await Limiter(instance).TakeAsync(Limit, "ada@example.org", default) is null ? 1 : 0;
        return taken;
    }

    private static RedisLink Link(ServiceProvider instance) => instance.GetRequiredService<RedisLink>();

    private static IRateLimiter Limiter(ServiceProvider instance) => instance.GetRequiredService<IRateLimiter>();

    // An instance that has not reached its Redis yet limits by itself, and so does one that waits too little for an answer.
    private static async Task<ServiceProvider> ConnectedAsync(string redis, TimeSpan? callTimeout = null)
    {
        var instance = Instance(
            callTimeout is { } longest ? string.Create(CultureInfo.InvariantCulture, $"{redis},asyncTimeout={longest.TotalMilliseconds}") : redis);
        using var deadline = Patience.Deadline();
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await Link(instance).AskAsync(async server => await server.GetDatabase().PingAsync() >= TimeSpan.Zero, without: false, deadline.Token))
            await poll.WaitForNextTickAsync(deadline.Token);
        return instance;
    }

    private static ServiceProvider Instance(string redis)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal) { ["ConnectionStrings:Redis"] = redis })
            .Build();
        return new ServiceCollection()
            .AddLogging()
            .AddSingleton(TimeProvider.System)
            .AddSingleton<IKeyedHash, PlainHash>()
            .AddCaching(configuration)
            .AddRateLimiting(configuration)
            .BuildServiceProvider();
    }

    private sealed class PlainHash : IKeyedHash
    {
        public ValueTask PrepareAsync(CancellationToken ct) => ValueTask.CompletedTask;

        public ValueTask<byte[]> ComputeAsync(HashPurpose purpose, ReadOnlyMemory<byte> data, CancellationToken ct) =>
            ValueTask.FromResult(SHA256.HashData(data.Span));
    }
}
