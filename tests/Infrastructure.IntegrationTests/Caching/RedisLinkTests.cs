using System.Globalization;
using CleanLlm.Infrastructure.Caching;
using CleanLlm.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;
using StackExchange.Redis;

namespace CleanLlm.Infrastructure.IntegrationTests.Caching;

/// <summary>How the absence of a Redis that the test plays is noticed.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class RedisLinkTests : IDisposable
{
    private static readonly RedisConnectionException Gone = new(ConnectionFailureType.UnableToConnect, CommandFlags.None, "gone");

    private static readonly RedisServerException OutOfMemory = new(RedisErrorKind.OutOfMemory, CommandFlags.None, "OOM");
    private static readonly RedisServerException WrongType = new(RedisErrorKind.WrongType, CommandFlags.None, "WRONGTYPE");

    private readonly FakeTimeProvider clock = new();
    private readonly IConnectionMultiplexer redis = Substitute.For<IConnectionMultiplexer>();
    private readonly IDatabase database = Substitute.For<IDatabase>();
    private readonly Lines lines = new();
    private RedisLink link = null!;

    [SetUp]
    public void Make()
    {
        redis.GetDatabase().Returns(database);
        Use(Patience.Slack);
    }

    public void Dispose() => link.Dispose();

    [Test]
    public async Task AFrozenRedis_CostsOneWait_WhoeverAsks()
    {
        Use(TimeSpan.FromMilliseconds(50));
        var frozen = new TaskCompletionSource<int>();

        (await link.AskAsync(_ => frozen.Task, without: 1, default)).Should().Be(1);
        link.IsAway.Should().BeTrue();
        var later = link.AskAsync(_ => throw new AssertionException("It is known to be away."), without: 2, default);

        later.IsCompletedSuccessfully.Should().BeTrue("it waits for nothing");
        (await later).Should().Be(2);
        lines.Levels.Should().Equal(LogLevel.Warning);
    }

    [Test]
    public async Task AnOutage_EndsByItself_AndIsTwoLinesInTheLog()
    {
        database.PingAsync().Returns(
            _ => Task.FromException<TimeSpan>(Gone), _ => throw new InvalidOperationException("The connection is being made."), _ => Task.FromResult(TimeSpan.Zero));

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => link.AskAsync(_ => Task.FromException<int>(Gone), 0, default).AsTask()));
        await BackAsync();

        (await link.AskAsync(_ => Task.FromResult(7), without: 0, default)).Should().Be(7);
        await database.Received(3).PingAsync();
        lines.Levels.Should().Equal(LogLevel.Warning, LogLevel.Information);
    }

    [Test]
    public async Task ACaller_WhoLeaves_SaysNothingAboutRedis()
    {
        using var leaving = new CancellationTokenSource();
        var asked = link.AskAsync(_ => new TaskCompletionSource<int>().Task, without: 0, leaving.Token).AsTask();

        await leaving.CancelAsync();

        await asked.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();
        link.IsAway.Should().BeFalse();
    }

    [Test]
    public async Task ARefusedCommand_IsGoneOnWithout_AndIsNoAbsence()
    {
        foreach (var refusal in (Exception[])[WrongType, new RedisCommandException("keys of several slots"), OutOfMemory])
            (await link.AskAsync(_ => Task.FromException<int>(refusal), without: 1, default)).Should().Be(1);

        link.IsAway.Should().BeFalse();
        (await link.AskAsync(_ => Task.FromResult(7), without: 0, default)).Should().Be(7);
        lines.Levels.Should().Equal([LogLevel.Warning], "one line a minute says so");

        clock.Advance(TimeSpan.FromMinutes(1));
        await link.AskAsync(_ => Task.FromException<int>(OutOfMemory), 0, default);
        lines.Levels.Should().HaveCount(2);
    }

    [Test]
    public async Task ACall_FromBeforeAnOutage_ThatFailsAfterIt_IsNoOutage()
    {
        database.PingAsync().Returns(TimeSpan.Zero);
        var old = new TaskCompletionSource<int>();
        var asked = link.AskAsync(_ => old.Task, without: 1, default);
        await link.AskAsync(_ => Task.FromException<int>(Gone), 0, default);
        await BackAsync();

        old.SetException(Gone);

        (await asked).Should().Be(1);
        link.IsAway.Should().BeFalse();
    }

    [Test]
    public async Task AFault_OfOurs_IsNotTakenForAnAbsence()
    {
        await FluentActions.Awaiting(async () => await link.AskAsync(_ => Task.FromException<int>(new FormatException()), 0, default))
            .Should().ThrowAsync<FormatException>();

        link.IsAway.Should().BeFalse();
    }

    [Test]
    public async Task AfterTheEndOfTheProgram_NobodyProbes()
    {
        await link.AskAsync(_ => Task.FromException<int>(Gone), 0, default);

        link.Dispose();
        clock.Advance(TimeSpan.FromSeconds(10));

        await database.DidNotReceive().PingAsync();
    }

    private void Use(TimeSpan callTimeout)
    {
        link?.Dispose();
        redis.Configuration.Returns(string.Create(CultureInfo.InvariantCulture, $"localhost,asyncTimeout={callTimeout.TotalMilliseconds}"));
        link = new RedisLink(redis, clock, lines);
    }

    private async Task BackAsync()
    {
        using var deadline = Patience.Deadline();
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (link.IsAway)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await poll.WaitForNextTickAsync(deadline.Token);
        }
    }

    private sealed class Lines : ILogger<RedisLink>
    {
        private readonly List<LogLevel> levels = [];

        public IReadOnlyList<LogLevel> Levels
        {
            get
            {
                lock (levels)
                    return [.. levels];
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (levels)
                levels.Add(logLevel);
        }
    }
}
