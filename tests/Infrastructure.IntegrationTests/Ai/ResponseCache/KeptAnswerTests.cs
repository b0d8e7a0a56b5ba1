using System.Globalization;
using System.Text;
using CleanLlm.Application.Ai;
using CleanLlm.Testing;
using CleanLlm.Testing.Databases;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Memory;
using StackExchange.Redis;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai.ResponseCache;

/// <summary>What is kept, for how long, where, and what can be read of it.</summary>
[NonParallelizable]
internal sealed class KeptAnswerTests
{
    // Short enough to wait for, long enough for a busy machine.
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(5);

    [Test]
    public async Task AnAnswer_IsGivenAgain_InEitherDelivery_UntilItExpires()
    {
        var model = new PlayedModel().GoesOn();
        await using var host = new CacheHost(model, options: new ResponseCacheOptions { ExpirySeconds = 60 });
        await host.AskAsync(CacheHost.Call());

        (await host.CachedAsync()).Text.Should().Be("one two");
        var streamed = CacheHost.Call();
        var stream = await host.StreamAsync(streamed).ToChatResponseAsync();
        host.Clock.Advance(TimeSpan.FromSeconds(61));
        var late = CacheHost.Call();
        await host.AskAsync(late);

        (stream.Text, stream.FinishReason, streamed.Cached, streamed.Served).Should().Be(("one two", ChatFinishReason.Stop, true, CacheHost.Wanted));
        stream.Usage.Should().BeNull();
        late.Cached.Should().BeFalse();
        model.Calls.Should().Be(2);
    }

    [TestCase("content_filter")]
    [TestCase("tool_calls")]
    [TestCase(null)]
    public async Task AnAnswer_ThatDidNotEndByItself_IsNotKept(string? finish) =>
        await ShouldNotBeKeptAsync(new PlayedModel { Finish = finish is null ? null : new ChatFinishReason(finish) });

    [Test]
    public async Task AnAnswer_WithMoreThanText_IsNotKept() =>
        await ShouldNotBeKeptAsync(new PlayedModel { Also = new ToolCallFragment { Index = 0, Id = "1", Name = "f", Arguments = "{}" } });

    [Test]
    public async Task AnAnswer_OfASmallerModelThanAsked_IsNotKept() => await ShouldNotBeKeptAsync(new PlayedModel { Serves = CacheHost.Smaller });

    [Test]
    public async Task AnAnswer_ThatReachedItsLength_IsKept()
    {
        var model = new PlayedModel { Finish = ChatFinishReason.Length }.GoesOn();
        await using var host = new CacheHost(model);
        await host.AskAsync(CacheHost.Call());

        (await host.CachedAsync()).FinishReason.Should().Be(ChatFinishReason.Length);
    }

    [Test]
    public async Task Instances_ShareAnswersThroughRedis_WhichHoldsNoText_AndClearingOneEmptiesAll()
    {
        var redis = await TestRedis.ConnectionStringAsync();
        var model = new PlayedModel().GoesOn();
        await using var one = await new CacheHost(model, redis).ConnectedAsync();
        await using var two = await new CacheHost(model, redis).ConnectedAsync();
        await one.AskAsync(CacheHost.Call(), "a secret question");

        (await one.CachedAsync("a secret question")).Text.Should().Be("one two");
        await KeptInRedisAsync(redis, answers: 1);
        (await two.CachedAsync("a secret question")).Text.Should().Be("one two");
        model.Calls.Should().Be(1);
        var (dump, expiries) = await DumpAsync(redis);
        dump.Should().NotBeEmpty().And.NotContain("secret").And.NotContain("one two").And.NotContain(CacheHost.Call().Cache!.Owner.Id.ToString());
        expiries.Should().OnlyContain(left => left > TimeSpan.Zero && left <= TimeSpan.FromHours(1));

        (await two.Cache.ClearAsync(default)).Should().BeTrue();

        var (here, there) = (CacheHost.Call(), CacheHost.Call());
        await one.AskAsync(here, "a secret question");
        here.Cached.Should().BeFalse("the other instance emptied it");
        await KeptInRedisAsync(redis, answers: 2);
        await two.AskAsync(there, "a secret question");
        there.Cached.Should().BeTrue();
        model.Calls.Should().Be(2);
    }

    [Test]
    public async Task AnAnswer_WhoseKeyIsGone_IsAskedForAnew()
    {
        var redis = await TestRedis.ConnectionStringAsync();
        var model = new PlayedModel().GoesOn();
        await using (var before = await new CacheHost(model, redis, ciphers: new PlayedCiphers()).ConnectedAsync())
        {
            await before.AskAsync(CacheHost.Call());
            await before.CachedAsync();
        }

        await using var after = await new CacheHost(model, redis, ciphers: new PlayedCiphers()).ConnectedAsync();
        var call = CacheHost.Call();
        (await after.AskAsync(call)).Text.Should().Be("one two");

        call.Cached.Should().BeFalse();
        (await after.CachedAsync()).Text.Should().Be("one two");
    }

    [Test]
    public async Task KeysThatCannotBeRead_CostNoAnswer()
    {
        var ciphers = new PlayedCiphers();
        var model = new PlayedModel().GoesOn();
        await using var host = new CacheHost(model, ciphers: ciphers);
        await host.AskAsync(CacheHost.Call());
        await host.CachedAsync();

        ciphers.IsAway = true;

        var call = CacheHost.Call();
        (await host.AskAsync(call)).Text.Should().Be("one two");
        call.Cached.Should().BeFalse();
    }

    [Test]
    public async Task Redis_WhenFrozenOrKilled_FailsNoCall_AndClearingSaysThatItForgotNothing()
    {
        await using var redis = await OwnRedis.StartAsync();
        var model = new PlayedModel().GoesOn();
        await using var host = await new CacheHost(model, Within(CallTimeout, redis)).ConnectedAsync();
        await host.AskAsync(CacheHost.Call());
        await host.CachedAsync();

        await redis.FreezeAsync();
        var (all, slowest) = (TimeSpan.Zero, TimeSpan.Zero);
        for (var i = 0; i < 20; i++)
        {
            var began = TimeProvider.System.GetTimestamp();
            var call = CacheHost.Call();
            await host.AskAsync(call);
            call.Cached.Should().BeTrue("this process remembers it");
            var took = TimeProvider.System.GetElapsedTime(began);
            (all, slowest) = (all + took, took > slowest ? took : slowest);
        }

        TestContext.Out.WriteLine($"20 cached answers with a frozen Redis: {all.TotalMilliseconds:F0} ms, of which the slowest took {slowest.TotalMilliseconds:F0} ms");
        all.Should().BeLessThan(10 * CallTimeout, "twenty calls that waited each would take twenty times as long");
        (await host.Cache.ClearAsync(default)).Should().BeFalse();
        var cleared = CacheHost.Call();
        await host.AskAsync(cleared);
        cleared.Cached.Should().BeTrue();
        await redis.KillAsync();
        (await host.CachedAsync()).Text.Should().Be("one two");
    }

    [Test]
    public async Task AfterAnOutage_WhatWasShared_IsValidAgain_AndWhatWasKeptAlone_IsNotShared()
    {
        await using var redis = await OwnRedis.StartAsync();
        var connection = Within(CallTimeout, redis);
        var model = new PlayedModel().GoesOn();
        await using var one = await new CacheHost(model, connection).ConnectedAsync();
        await using var two = await new CacheHost(model, connection).ConnectedAsync();
        await one.AskAsync(CacheHost.Call(), "before");
        await one.CachedAsync("before");
        await KeptInRedisAsync(connection, answers: 1);

        await redis.FreezeAsync();
        await one.AskAsync(CacheHost.Call(), "meanwhile");
        await one.CachedAsync("meanwhile");
        await redis.ThawAsync();
        await one.ConnectedAsync();
        await two.ConnectedAsync();

        (await one.CachedAsync("meanwhile")).Text.Should().Be("one two");
        var (before, meanwhile) = (CacheHost.Call(), CacheHost.Call());
        await two.AskAsync(before, "before");
        await two.AskAsync(meanwhile, "meanwhile");
        (before.Cached, meanwhile.Cached).Should().Be((true, false));
    }

    [Test]
    public async Task TheMemoryOfTheProgram_TakesEntriesWithoutASize()
    {
        await using var host = new CacheHost(new PlayedModel().GoesOn(), options: new ResponseCacheOptions { MemoryBytes = 100_000 });
        await host.AskAsync(CacheHost.Call());
        await host.CachedAsync();

        host.ProgramMemory.Set("a library's", "entry");

        host.ProgramMemory.Get("a library's").Should().Be("entry");
    }

    [Test]
    public async Task Memory_IsBounded()
    {
        var model = new PlayedModel().GoesOn();
        await using var host = new CacheHost(model, options: new ResponseCacheOptions { MemoryBytes = 100_000 });
        const int Questions = 2_000;
        for (var i = 0; i < Questions; i++)
            await host.AskAsync(CacheHost.Call(), $"question {i}");

        var remembered = 0;
        for (var i = Questions - 1; i >= 0; i--)
        {
            var call = CacheHost.Call();
            await host.AskAsync(call, $"question {i}");
            remembered += call.Cached ? 1 : 0;
        }

        TestContext.Out.WriteLine($"100,000 bytes remember {remembered} of {Questions} short answers");
        remembered.Should().BeInRange(1, 1_000);
    }

    private static async Task ShouldNotBeKeptAsync(PlayedModel model)
    {
        await using var host = new CacheHost(model.GoesOn());
        for (var i = 1; i <= 3; i++)
        {
            var call = CacheHost.Call();
            await host.AskAsync(call);
            call.Cached.Should().BeFalse();
            model.Calls.Should().Be(i);
        }
    }

    private static string Within(TimeSpan longest, OwnRedis redis) =>
        string.Create(CultureInfo.InvariantCulture, $"{redis.ConnectionString},asyncTimeout={longest.TotalMilliseconds}");

    // An instance gives an answer from its own memory a moment before Redis has it.
    private static async Task KeptInRedisAsync(string connection, int answers)
    {
        using var deadline = Patience.Deadline();
        while ((await DumpAsync(connection)).Expiries.Count < answers)
            deadline.Token.ThrowIfCancellationRequested();
    }

    private static async Task<(string Text, List<TimeSpan> Expiries)> DumpAsync(string connection)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(connection);
        var database = redis.GetDatabase();
        var (dump, expiries) = (new StringBuilder(), new List<TimeSpan>());
        await foreach (var key in redis.GetServers()[0].KeysAsync(database.Database, "cleanllm:answer:*"))
        {
            dump.Append(key).Append(Encoding.Latin1.GetString((byte[])(await database.HashGetAsync(key, "data"))!));
            expiries.Add((await database.KeyTimeToLiveAsync(key))!.Value);
        }

        return (dump.ToString(), expiries);
    }
}
