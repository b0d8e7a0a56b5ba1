using System.Diagnostics.Metrics;
using CleanLlm.Application.Completions;
using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>What the gate remembers of those that waited, and what it tells operators.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class AdmissionGateUpkeepTests : ILogger<AdmissionGate>, IDisposable
{
    private const int Places = 4;
    private const int MostWaiting = 20;

    private readonly FakeTimeProvider clock = new();
    private readonly List<string> logged = [];
    private readonly AdmissionGate gate;

    public AdmissionGateUpkeepTests() => gate = new AdmissionGate(
        new FakeCompletionStore { AdmissionsAtOnce = Places },
        Options.Create(new CompletionOptions { MaxWaiting = MostWaiting, MaxWaitSeconds = 2 }),
        clock,
        this);

    public void Dispose() => gate.Dispose();

    [Test]
    public void Refusals_AreLogged_AtOnce_AndThenOnceInTenSeconds_WithTheirCount()
    {
        gate.NoteRefusal(CompletionErrors.Overloaded);
        gate.NoteRefusal(CompletionErrors.Overloaded);
        clock.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromTicks(1));
        gate.NoteRefusal(CompletionErrors.Overloaded);
        logged.Should().Equal(Refused(1));

        clock.Advance(TimeSpan.FromTicks(1));
        gate.NoteRefusal(CompletionErrors.Overloaded);
        gate.NoteRefusal(CompletionErrors.Overloaded);

        logged.Should().Equal(Refused(1), Refused(3));
    }

    [Test]
    public async Task Those_ThatWait_AreMeasured_AndThoseThatWaitTooLong_AreCountedAsRefused()
    {
        using var meters = new MeterListener();
        List<long> waiting = [], refused = [];
        meters.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Meter.Name == AdmissionGate.MeterName)
                own.EnableMeasurementEvents(instrument);
        };
        meters.SetMeasurementEventCallback<int>((_, measured, _, _) => waiting.Add(measured));
        meters.SetMeasurementEventCallback<long>((_, counted, _, _) => refused.Add(counted));
        meters.Start();
        await FillAsync();
        var wait = Enter(NewUser());

        meters.RecordObservableInstruments();
        clock.Advance(TimeSpan.FromSeconds(2));
        await wait.WaitAsync(Patience.Limit);
        meters.RecordObservableInstruments();

        waiting.Should().Contain(1).And.Contain(0, "gates of other tests may be measured too");
        refused.Should().Contain(1);
    }

    [Test]
    public async Task ABurst_BeginsWithTheFirstThatWaits_HoweverLateTheOthersCome()
    {
        await FillAsync();
        var user = NewUser();
        _ = Enter(user);
        clock.Advance(TimeSpan.FromMilliseconds(400));
        _ = Enter(user);
        clock.Advance(TimeSpan.FromMilliseconds(101));

        for (var i = gate.Waiting; i < 2 * Places; i++)
            Enter(user).IsCompleted.Should().BeFalse();
        Enter(user).IsCompleted.Should().BeTrue("it is an overload by now");
    }

    // The average moves by an eighth: from 30 ms to 34 ms a turn, of which 14 are in half a second.
    [Test]
    public async Task ThePace_FollowsTheLastTurns_Slowly()
    {
        await FillAsync();
        var user = NewUser();
        foreach (var milliseconds in (int[])[30, 62])
        {
            var wait = Enter(user);
            clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
            gate.Leave();
            await wait.WaitAsync(Patience.Limit);
        }

        for (var i = 0; i < 14; i++)
            Enter(user).IsCompleted.Should().BeFalse();
        Enter(user).IsCompleted.Should().BeTrue();
    }

    [Test]
    public async Task AUser_WhoWaitsNoMore_HasNoShareThatANewcomerCouldTakeFrom()
    {
        await FillAsync();
        var (gone, one, other) = (NewUser(), NewUser(), NewUser());
        var served = Enumerable.Range(0, 12).Select(_ => Enter(gone)).ToList();
        foreach (var wait in served)
        {
            gate.Leave();
            (await wait.WaitAsync(Patience.Limit)).Should().BeNull();
        }

        List<Task<Error?>> ofOne = [.. Enumerable.Range(0, 10).Select(_ => Enter(one))];
        for (var i = 0; i < 10; i++)
            _ = Enter(other);

        Enter(NewUser()).IsCompleted.Should().BeFalse();

        (await ofOne[^1].WaitAsync(Patience.Limit)).Should().Be(CompletionErrors.Overloaded);
    }

    [Test]
    public async Task APlace_IsGivenBackOnce()
    {
        await FillAsync();
        var place = new AdmissionPlace(gate);
        place.Dispose();
        place.Dispose();

        Enter(NewUser()).IsCompleted.Should().BeTrue();
        Enter(NewUser()).IsCompleted.Should().BeFalse("one place was free");
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        logged.Add(formatter(state, exception));

    private static string Refused(int count) => $"{count} requests were refused before they were admitted, the last one by {CompletionErrors.Overloaded.Code}";

    private async Task FillAsync()
    {
        for (var i = 0; i < Places; i++)
            (await Enter(NewUser()).WaitAsync(Patience.Limit)).Should().BeNull();
    }

    private UserId NewUser() => UserId.New(clock.GetUtcNow());

    private Task<Error?> Enter(UserId user) => gate.EnterAsync(user, isBackground: false, CancellationToken.None).AsTask();
}
