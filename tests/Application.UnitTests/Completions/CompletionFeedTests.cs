using CleanLlm.Application.Ai;
using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Application.Completions.Following;
using CleanLlm.Application.Completions.Log;
using CleanLlm.Domain.Completions;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>What readers are given, on the instance that runs the completion and on another.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class CompletionFeedTests : TwoInstanceTests
{
    [Test]
    public async Task AReaderOnTheSameInstance_ReadsItsMemory_AlsoAfterTheEnd()
    {
        Here.Shared.IsShared = false;
        Here.Model.Says("Hel", "lo").Ends();
        var run = await StreamAsync();
        await RunnerFixture.EndOfAsync(run);

        var events = await RunnerFixture.ReadToEndAsync((await Here.Feed.OpenAsync(run.Id, Here.UserId, 1, Silence, default)).Value);

        events.Select(entry => entry.Id).Should().Equal(2, 3, 4);
        events[0].Event.Should().Be(new CompletionDelta("Hel"));
        events[^1].Event.Should().BeOfType<CompletionFinished>();
    }

    [Test]
    public async Task AReaderOfAnotherUser_FindsNothing()
    {
        Here.Model.Says("Hel");
        var run = await StreamAsync();

        (await Here.Feed.OpenAsync(run.Id, Elsewhere.UserId with { Value = Guid.CreateVersion7() }, 0, Silence, default)).Error.Should().Be(CompletionErrors.NotFound);
    }

    [Test]
    public async Task AReaderElsewhere_SeesTheSameEventsUnderTheSameIds()
    {
        Here.Model.Says("Hel");
        var run = await StreamAsync();
        var reader = await OpenElsewhereAsync(run, after: 0);
        var reading = RunnerFixture.ReadToEndAsync(reader);

        Here.Model.Says("lo").Ends();
        await RunnerFixture.EndOfAsync(run);
        await AdvanceUntilAsync(reading);

        (await reading).Should().Equal((await Here.EventsAsync(run)).Select((entry, i) => (i + 1, entry)));
    }

    [Test]
    public async Task AReaderElsewhere_WhoseInstanceDied_IsToldTheEndingFromTheRow()
    {
        Here.Model.Says("Hel");
        var run = await StreamAsync();
        var reader = await OpenElsewhereAsync(run, after: 0);
        await AdvanceHereUntilAsync(() => Here.Shared.EventsOf(run.Id).Count == 2);
        (await reader.NextAsync()).Events.Should().HaveCount(2);

        Elsewhere.Stored = Elsewhere.Stored! with { Status = CompletionStatus.Failed, ErrorCode = "completion.interrupted" };
        var rest = RunnerFixture.ReadToEndAsync(reader);
        await AdvanceUntilAsync(rest);

        (await rest).Should().ContainSingle().Which.Should().Be((RemoteLogReader.EndingId, new CompletionFailed(CompletionErrors.Interrupted)));
    }

    [Test]
    public async Task AReaderElsewhere_WhoComesJustAfterTheEnd_LosesNothingThatIsSharedAMomentLater()
    {
        Here.Model.Says("Hel");
        var run = await StreamAsync();
        await AdvanceHereUntilAsync(() => Here.Shared.EventsOf(run.Id).Count == 2);
        Here.Shared.IsAway = true;
        Here.Model.Says("lo").Ends();
        Elsewhere.Stored = (await RunnerFixture.EndOfAsync(run)).Value with { FinishedAt = Elsewhere.Clock.GetUtcNow() };
        Here.Shared.IsAway = false;
        var reader = (await FeedOf(Elsewhere).OpenAsync(run.Id, Here.UserId, 2, Silence, default)).Value;
        var waiting = RunnerFixture.ReadToEndAsync(reader);

        await AdvanceHereUntilAsync(() => Here.Shared.EventsOf(run.Id).Count == 4);
        await AdvanceUntilAsync(waiting);

        (await waiting).Select(entry => entry.Id).Should().Equal(3, 4);
        (await waiting)[0].Event.Should().Be(new CompletionDelta("lo"));
    }

    [TestCase(CompletionStatus.Succeeded)]
    [TestCase(CompletionStatus.Cancelled)]
    public async Task AReaderElsewhere_WhoFollowsToTheEnd_LosesNothingThatIsSharedSecondsLater(CompletionStatus status)
    {
        Here.Model.Says("Hel");
        var run = await StreamAsync();
        await AdvanceHereUntilAsync(() => Here.Shared.EventsOf(run.Id).Count == 2);
        var waits = Elsewhere.Clock.ShortWaits;
        var reading = RunnerFixture.ReadToEndAsync(await OpenElsewhereAsync(run, after: 2, TimeSpan.FromHours(1)));
        await UntilAsync(() => Elsewhere.Clock.ShortWaits == waits + 1);
        Here.Shared.IsAway = true;
        Here.Model.Says("lo").Ends();
        Elsewhere.Stored = (await RunnerFixture.EndOfAsync(run)).Value with { Status = status, FinishedAt = Elsewhere.Clock.GetUtcNow() };

        // A second until it learns the end from the row, and more than another in which the log does not say the same.
        Elsewhere.Clock.Advance(TimeSpan.FromSeconds(1));
        await UntilAsync(() => Elsewhere.Clock.ShortWaits == waits + 2);
        Elsewhere.Clock.Advance(TimeSpan.FromSeconds(3));
        for (var i = 0; i < 1000; i++)
            await Task.Yield();
        reading.IsCompleted.Should().BeFalse("the log has some seconds to show the rest");
        Here.Shared.IsAway = false;
        await AdvanceHereUntilAsync(() => Here.Shared.EventsOf(run.Id).Count == 4);

        (await reading).Should().Equal((await Here.EventsAsync(run)).Select((entry, i) => (i + 1, entry)).Skip(2));
    }

    [Test]
    public async Task AShortAnswer_IsSharedInOnePiece()
    {
        Here.Model.Says("Hel", "lo").Ends();
        var run = await StreamAsync();
        await RunnerFixture.EndOfAsync(run);

        // No time passes: the end of the run is enough.
        await UntilAsync(() => Here.Shared.EventsOf(run.Id).Count == 4);

        Here.Shared.Appends.Should().Be(1);
    }

    [Test]
    public async Task ALongAnswer_IsSharedWhileItIsWritten_ThoughNobodyWatches()
    {
        Here.Model.Says("Hel");
        var run = await StreamAsync();
        // Both are there before any time passes.
        await using (var reader = run.Log.OpenReader(1, TimeSpan.FromHours(1), Here.Clock, default))
            await reader.NextAsync();
        var began = Here.Clock.GetUtcNow();

        await AdvanceHereUntilAsync(() => Here.Shared.EventsOf(run.Id).Count == 2);

        (Here.Clock.GetUtcNow() - began).Should().BeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(250));
        Here.Shared.Appends.Should().Be(1);
    }

    [Test]
    public async Task AReaderElsewhere_WithoutASharedLog_IsToldAllOfItAtTheEnd()
    {
        Here.Shared.IsShared = false;
        Here.Model.Says("Hel");
        var run = await StreamAsync();
        var reading = RunnerFixture.ReadToEndAsync(await OpenElsewhereAsync(run, after: 0));

        Here.Model.Says("lo").Wants(new ToolCallFragment { Index = 0, Id = "a", Name = "look_up", Arguments = "{}" }).Ends();
        Elsewhere.Stored = (await RunnerFixture.EndOfAsync(run)).Value;
        await AdvanceUntilAsync(reading);

        (await reading).Should().Equal(
            (1, new CompletionStarted(run.Id, "small")),
            (2, new CompletionDelta("Hello")),
            (3, new CompletionDelta("") { ToolCall = new ToolCallDelta(0, "a", "look_up", "{}") }),
            (RemoteLogReader.EndingId, new CompletionFinished(Elsewhere.Stored)));
    }

    [Test]
    public async Task AReaderElsewhere_AfterASilence_IsGivenAnEmptyBatch()
    {
        Here.Model.Says("Hel");
        var run = await StreamAsync();
        await using var reader = await OpenElsewhereAsync(run, after: 2);

        var waiting = reader.NextAsync().AsTask();
        await AdvanceUntilAsync(waiting);

        (await waiting).Should().BeEquivalentTo(new { FirstId = 3, IsLast = false, Events = new { Count = 0 } });
    }

    [Test]
    public async Task ARunWhoseEventsCannotBeShared_EndsAllTheSame()
    {
        Here.Shared.IsAway = true;
        Here.Model.Says("Hello").Ends();

        var run = await StreamAsync();

        (await RunnerFixture.EndOfAsync(run)).Value.Message!.Content.Should().Be("Hello");
    }

    [TestCase(CompletionStatus.Succeeded, null, true)]
    [TestCase(CompletionStatus.Cancelled, null, true)]
    [TestCase(CompletionStatus.Failed, "provider.timeout", false)]
    [TestCase(CompletionStatus.Failed, "no.longer.known", false)]
    public async Task AnOutcome_OfLongAgo_IsToldFromTheRow(CompletionStatus status, string? code, bool succeeded)
    {
        Here.Model.Says("Hello").Ends();
        var run = await StreamAsync();
        Elsewhere.Stored = (await RunnerFixture.EndOfAsync(run)).Value with { Status = status, ErrorCode = code };

        var outcome = await Elsewhere.Feed.OutcomeAsync(new StartedCompletion(run.Id, Here.UserId, Run: null), default);

        outcome.IsSuccess.Should().Be(succeeded);
        if (code == "provider.timeout")
            outcome.Error!.Code.Should().Be(code);
    }
}
