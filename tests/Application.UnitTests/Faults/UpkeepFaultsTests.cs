using CleanLlm.Application.Faults;
using Microsoft.Extensions.Logging;

namespace CleanLlm.Application.UnitTests.Faults;

/// <summary>Work at intervals tells when it begins to fail and when it succeeds again, and nothing in between.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class UpkeepFaultsTests : IDatabaseFaults, ILogger
{
    private readonly List<(LogLevel Level, string Text, Exception? Trace)> lines = [];

    [Test]
    public async Task AnOutage_IsTwoLines_WithItsCauseAndWithoutATrace()
    {
        var upkeep = new UpkeepFaults("The upkeep", this, this);
        for (var i = 0; i < 20; i++)
            await upkeep.TryAsync(_ => throw new InvalidOperationException("retry", new TimeoutException($"attempt {i}")), default);
        await upkeep.TryAsync(_ => Task.CompletedTask, default);
        await upkeep.TryAsync(_ => Task.CompletedTask, default);

        lines.Should().Equal(
            (LogLevel.Warning, "The upkeep waits for the database (attempt 0)", null),
            (LogLevel.Information, "The upkeep succeeds again", null));
    }

    [Test]
    public async Task TheNextOutage_IsToldAgain()
    {
        var upkeep = new UpkeepFaults("The upkeep", this, this);
        for (var i = 0; i < 2; i++)
        {
            await upkeep.TryAsync(_ => throw new AggregateException(new TimeoutException("away"), new TimeoutException("also")), default);
            await upkeep.TryAsync(_ => Task.CompletedTask, default);
        }

        lines.Select(line => line.Level).Should().Equal(LogLevel.Warning, LogLevel.Information, LogLevel.Warning, LogLevel.Information);
        lines[2].Text.Should().Contain("(away)");
    }

    [Test]
    public async Task ABug_IsToldWithItsTrace_OnceForEachKind()
    {
        var upkeep = new UpkeepFaults("The upkeep", this, this);
        var (bug, other) = (new InvalidOperationException("bug"), new FormatException("other"));
        foreach (var fault in (Exception[])[bug, bug, new TimeoutException("away"), other, other])
            await upkeep.TryAsync(_ => throw fault, default);

        lines.Select(line => line.Trace).Should().Equal(bug, null, other);
    }

    [Test]
    public async Task ADatabaseThatHangs_IsAnOutage_AndTheSameAsOneThatRefuses()
    {
        var upkeep = new UpkeepFaults("The upkeep", this, this);
        foreach (var fault in (Exception[])[new TaskCanceledException(), new TimeoutException("away"), new OperationCanceledException(), new TimeoutException("away")])
            await upkeep.TryAsync(_ => throw fault, default);

        lines.Should().Equal((LogLevel.Warning, "The upkeep waits for the database (it does not answer in time)", null));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task ABugBesideAnOutage_IsToldWithItsTrace_AndTheOutageByItsOwnCause(bool bugFirst)
    {
        var upkeep = new UpkeepFaults("The upkeep", this, this);
        var (bug, away) = (new InvalidOperationException("bug"), new TimeoutException("away"));
        for (var i = 0; i < 3; i++)
            await upkeep.TryAsync(_ => throw new AggregateException(bugFirst ? [bug, away] : [away, bug]), default);
        await upkeep.TryAsync(_ => throw away, default);

        lines.Should().HaveCount(2).And.Contain([
            (LogLevel.Warning, "The upkeep waits for the database (away)", null),
            (LogLevel.Warning, "The upkeep failed and will be tried again", bug),
        ]);
    }

    [Test]
    public async Task ARoundWithNothingToDo_SaysNothingOfTheDatabase()
    {
        var upkeep = new UpkeepFaults("The upkeep", this, this);
        await upkeep.TryAsync(_ => throw new TimeoutException("away"), default);
        await upkeep.TryAsync(_ => Task.FromResult(false), default);
        await upkeep.TryAsync(_ => throw new TimeoutException("away"), default);
        lines.Should().ContainSingle();

        await upkeep.TryAsync(_ => Task.FromResult(true), default);

        lines[^1].Text.Should().Be("The upkeep succeeds again");
    }

    [Test]
    public async Task TheEndOfTheWait_IsNoFault()
    {
        using var ended = new CancellationTokenSource();
        await ended.CancelAsync();
        var upkeep = new UpkeepFaults("The upkeep", this, this);

        await upkeep.Awaiting(work => work.TryAsync(ct => Task.FromCanceled(ct), ended.Token)).Should().ThrowAsync<OperationCanceledException>();

        lines.Should().BeEmpty();
    }

    bool IDatabaseFaults.IsTransient(Exception fault) => fault switch
    {
        TimeoutException => true,
        AggregateException several => several.InnerExceptions.Any(((IDatabaseFaults)this).IsTransient),
        { InnerException: { } cause } => ((IDatabaseFaults)this).IsTransient(cause),
        _ => false,
    };

    bool IDatabaseFaults.IsConflict(Exception fault) => false;

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        lines.Add((logLevel, formatter(state, exception), exception));
}
