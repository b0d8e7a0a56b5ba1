using System.Globalization;
using CleanLlm.Infrastructure.Caching;
using CleanLlm.Testing;
using CleanLlm.Testing.Databases;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CleanLlm.Infrastructure.IntegrationTests.Caching;

/// <summary>What goes through the link while a real Redis is away, and after it.</summary>
[NonParallelizable]
internal sealed class RedisOutageTests
{
    [Test]
    public async Task TheDistributedCache_FindsNothing_WhileRedisIsFrozen_AndNoticesItForAll()
    {
        await using var redis = await OwnRedis.StartAsync();
        await using var instance = Instance(redis, TimeSpan.FromSeconds(5));
        var (cache, link) = (instance.GetRequiredService<IDistributedCache>(), instance.GetRequiredService<RedisLink>());
        await BackAsync(link);
        await cache.SetAsync("key", [1]);
        (await cache.GetAsync("key")).Should().Equal(1);

        await redis.FreezeAsync();
        (await cache.GetAsync("key")).Should().BeNull();
        link.IsAway.Should().BeTrue();
        await cache.SetAsync("key", [2]);

        await redis.ThawAsync();
        await BackAsync(link);
        (await cache.GetAsync("key")).Should().Equal([1], "what is kept meanwhile goes nowhere");
    }

    [Test]
    public async Task WhoListensWhileRedisIsAway_HearsOnceItIsBack()
    {
        await using var redis = await OwnRedis.StartAsync();
        await using var instance = Instance(redis, Patience.Slack);
        await using var other = Instance(redis, Patience.Slack);
        var (link, told) = (instance.GetRequiredService<RedisLink>(), other.GetRequiredService<RedisLink>());
        await BackAsync(link);
        await redis.KillAsync();
        await AwayAsync(link);
        var heard = new TaskCompletionSource<string?>();

        await using var listening = await link.ListenAsync(link.ChannelOf("tested"), said => heard.TrySetResult(said), default);
        await redis.RestartAsync();

        await UntilAsync(async () => await told.AskAsync(server => server.GetSubscriber().PublishAsync(told.ChannelOf("tested"), "word"), 0, default) > 0);
        (await heard.Task.WaitAsync(Patience.Limit)).Should().Be("word");
    }

    [Test]
    public async Task WhoNoLongerListens_IsNotTold()
    {
        var connection = await TestRedis.ConnectionStringAsync();
        await using var instance = Instance(connection);
        var link = instance.GetRequiredService<RedisLink>();
        await BackAsync(link);

        var listening = await link.ListenAsync(link.ChannelOf("tested"), _ => { }, default);
        (await TellAsync()).Should().Be(1);
        await listening.DisposeAsync();

        await UntilAsync(async () => await TellAsync() == 0);

        Task<long> TellAsync() => link.AskAsync(server => server.GetSubscriber().PublishAsync(link.ChannelOf("tested"), "word"), -1, default).AsTask();
    }

    [Test]
    public async Task AStart_WithoutRedis_GoesOn_AndKnowsThatItIsAway()
    {
        await using var redis = await OwnRedis.StartAsync();
        await redis.KillAsync();
        await using var instance = Instance(redis, Patience.Slack);

        foreach (var startup in instance.GetServices<IHostedService>())
            await startup.StartAsync(default);

        instance.GetRequiredService<RedisLink>().IsAway.Should().BeTrue();
    }

    private static ServiceProvider Instance(OwnRedis redis, TimeSpan callTimeout) =>
        Instance(string.Create(CultureInfo.InvariantCulture, $"{redis.ConnectionString},asyncTimeout={callTimeout.TotalMilliseconds}"));

    private static ServiceProvider Instance(string redis)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal) { ["ConnectionStrings:Redis"] = redis })
            .Build();
        return new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System).AddCaching(configuration).BuildServiceProvider();
    }

    private static Task BackAsync(RedisLink link) => UntilAsync(() => AnswersAsync(link));

    private static Task AwayAsync(RedisLink link) => UntilAsync(async () => !await AnswersAsync(link) && link.IsAway);

    private static Task<bool> AnswersAsync(RedisLink link) =>
        link.AskAsync(async server => await server.GetDatabase().PingAsync() >= TimeSpan.Zero, without: false, default).AsTask();

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var deadline = Patience.Deadline();
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await holds())
            await poll.WaitForNextTickAsync(deadline.Token);
    }
}
