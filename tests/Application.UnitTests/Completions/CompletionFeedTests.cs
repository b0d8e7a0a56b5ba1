using CleanLlm.Application.Ai;
using CleanLlm.Application.Completions;
using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Application.Completions.Following;
using CleanLlm.Application.Completions.Log;
using CleanLlm.Application.Completions.Running;
using CleanLlm.Domain.Completions;
using CleanLlm.Testing;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>Two instances as far as a feed can tell: one that runs the completion, and one that knows it from the shared log and the database only.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class CompletionFeedTests : IDisposable
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1.5);

    private readonly RunnerFixture here = new() { Shared = { IsShared = true } };
    private readonly RunnerFixture elsewhere = new();

    public void Dispose()
    {
        here.Dispose();
        elsewhere.Dispose();
    }

    [Test]
    public async Task AReaderOnTheSameInstance_ReadsItsMemory_AlsoAfterTheEnd()
    {
        here.Shared.IsShared = false;
        here.Model.Says("Hel", "lo").Ends();
        var run = await StreamAsync();
        await RunnerFixture.EndOfAsync(run);

        var events = await RunnerFixture.ReadToEndAsync((await here.Feed.OpenAsync(run.Id, here.UserId, 1, Silence, default)).Value);

        events.Select(entry => entry.Id).Should().Equal(2, 3, 4);
        events[0].Event.Should().Be(new CompletionDelta("Hel"));
        events[^1].Event.Should().BeOfType<CompletionFinished>();
    }

    [Test]
    public async Task AReaderOfAnotherUser_FindsNothing()
    {
        here.Model.Says("Hel");
        var run = await StreamAsync();

        (await here.Feed.OpenAsync(run.Id, elsewhere.UserId with { Value = Guid.CreateVersion7() }, 0, Silence, default)).Error.Should().Be(CompletionErrors.NotFound);
    }

    [Test]
    public async Task AReaderElsewhere_SeesTheSameEventsUnderTheSameIds()
    {
        here.Model.Says("Hel");
        var run = await StreamAsync();
        var reader = await OpenElsewhereAsync(run, after: 0);
        var reading = RunnerFixture.ReadToEndAsync(reader);

        here.Model.Says("lo").Ends();
        await RunnerFixture.EndOfAsync(run);
        await AdvanceUntilAsync(reading);

        (await reading).Should().Equal((await here.EventsAsync(run)).Select((entry, i) => (i + 1, entry)));
    }

    [Test]
    public async Task AReaderElsewhere_WhoseInstanceDied_IsToldTheEndingFromTheRow()
    {
        here.Model.Says("Hel");
        var run = await StreamAsync();
        var reader = await OpenElsewhereAsync(run, after: 0);
        await AdvanceUntilAsync(Task.Run(async () =>
        {
            while (here.Shared.EventsOf(run.Id).Count < 2)
                await Task.Yield();
        }));
        (await reader.NextAsync()).Events.Should().HaveCount(2);

        elsewhere.Stored = elsewhere.Stored! with { Status = CompletionStatus.Failed, ErrorCode = "completion.interrupted" };
        var rest = RunnerFixture.ReadToEndAsync(reader);
        await AdvanceUntilAsync(rest);

        (await rest).Should().ContainSingle().Which.Should().Be((RemoteLogReader.EndingId, new CompletionFailed(CompletionErrors.Interrupted)));
    }

    [Test]
    public async Task AReaderElsewhere_WhoComesJustAfterTheEnd_LosesNothingThatIsSharedAMomentLater()
    {
        here.Model.Says("Hel");
        var run = await StreamAsync();
        await AdvanceUntilAsync(Task.Run(async () =>
        {
            while (here.Shared.EventsOf(run.Id).Count < 2)
                await Task.Yield();
        }));
        here.Shared.IsAway = true;
        here.Model.Says("lo").Ends();
        elsewhere.Stored = (await RunnerFixture.EndOfAsync(run)).Value with { FinishedAt = elsewhere.Clock.GetUtcNow() };
        here.Shared.IsAway = false;
        var reader = (await new CompletionFeed(elsewhere.Running, here.Shared, elsewhere, elsewhere.Clock).OpenAsync(run.Id, here.UserId, 2, Silence, default)).Value;
        var waiting = RunnerFixture.ReadToEndAsync(reader);

        await AdvanceHereUntilAsync(() => here.Shared.EventsOf(run.Id).Count == 4);
        await AdvanceUntilAsync(waiting);

        (await waiting).Select(entry => entry.Id).Should().Equal(3, 4);
        (await waiting)[0].Event.Should().Be(new CompletionDelta("lo"));
    }

    [Test]
    public async Task AShortAnswer_IsSharedInOnePiece()
    {
        here.Model.Says("Hel", "lo").Ends();
        var run = await StreamAsync();
        await RunnerFixture.EndOfAsync(run);

        // No time passes: the end of the run is enough.
        SpinWait.SpinUntil(() => here.Shared.EventsOf(run.Id).Count == 4, Patience.Limit).Should().BeTrue();

        here.Shared.Appends.Should().Be(1);
    }

    [Test]
    public async Task ALongAnswer_IsSharedWhileItIsWritten_ThoughNobodyWatches()
    {
        here.Model.Says("Hel");
        var run = await StreamAsync();
        var began = here.Clock.GetUtcNow();

        await AdvanceHereUntilAsync(() => here.Shared.EventsOf(run.Id).Count == 2);

        (here.Clock.GetUtcNow() - began).Should().BeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(250));
        here.Shared.Appends.Should().Be(1);
    }

    [Test]
    public async Task AReaderElsewhere_WithoutASharedLog_IsToldAllOfItAtTheEnd()
    {
        here.Shared.IsShared = false;
        here.Model.Says("Hel");
        var run = await StreamAsync();
        var reading = RunnerFixture.ReadToEndAsync(await OpenElsewhereAsync(run, after: 0));

        here.Model.Says("lo").Wants(new ToolCallFragment { Index = 0, Id = "a", Name = "look_up", Arguments = "{}" }).Ends();
        elsewhere.Stored = (await RunnerFixture.EndOfAsync(run)).Value;
        await AdvanceUntilAsync(reading);

        (await reading).Should().Equal(
            (1, new CompletionStarted(run.Id, "small")),
            (2, new CompletionDelta("Hello")),
            (3, new CompletionDelta("") { ToolCall = new ToolCallDelta(0, "a", "look_up", "{}") }),
            (RemoteLogReader.EndingId, new CompletionFinished(elsewhere.Stored)));
    }

    [Test]
    public async Task AReaderElsewhere_AfterASilence_IsGivenAnEmptyBatch()
    {
        here.Model.Says("Hel");
        var run = await StreamAsync();
        await using var reader = await OpenElsewhereAsync(run, after: 2);

        var waiting = reader.NextAsync().AsTask();
        await AdvanceUntilAsync(waiting);

        (await waiting).Should().BeEquivalentTo(new { FirstId = 3, IsLast = false, Events = new { Count = 0 } });
    }

    [Test]
    public async Task AReader_WhoHasSeenTheEnding_IsTold_OnTheSameInstance()
    {
        here.Shared.IsShared = false;
        here.Model.Says("Hel");
        var run = await StreamAsync();
        (await ResumeAsync(here, run, after: 9)).Should().BeFalse("it goes on");
        here.Model.Says("lo").Ends();
        await RunnerFixture.EndOfAsync(run);

        (await ResumeAsync(here, run, after: 0)).Should().BeFalse();
        (await ResumeAsync(here, run, after: 3)).Should().BeFalse();
        (await ResumeAsync(here, run, after: 4)).Should().BeTrue();
        (await ResumeAsync(here, run, after: 5)).Should().BeTrue();
    }

    [Test]
    public async Task AReader_WhoHasSeenTheEnding_IsTold_ElsewhereByTheSharedLog()
    {
        here.Model.Says("Hel", "lo").Ends();
        var run = await StreamAsync();
        elsewhere.Stored = (await RunnerFixture.EndOfAsync(run)).Value;
        await AdvanceHereUntilAsync(() => here.Shared.EventsOf(run.Id).Count == 4);

        (await ResumeAsync(elsewhere, run, after: 3)).Should().BeFalse();
        (await ResumeAsync(elsewhere, run, after: 4)).Should().BeTrue();
        (await ResumeAsync(elsewhere, run, after: 5)).Should().BeTrue();
    }

    [Test]
    public async Task AReader_WhoHasSeenAllOfALogThatStopsShort_StillGetsTheEnding()
    {
        here.Model.Says("Hel");
        var run = await StreamAsync();
        await AdvanceHereUntilAsync(() => here.Shared.EventsOf(run.Id).Count == 2);
        elsewhere.Stored = CompletionDto.From(here.Store.Admitted.Single(), answer: null) with { Status = CompletionStatus.Failed, ErrorCode = "completion.interrupted" };

        (await ResumeAsync(elsewhere, run, after: 2)).Should().BeFalse();
        (await ResumeAsync(elsewhere, run, after: 3)).Should().BeFalse();
    }

    [Test]
    public async Task AReader_WhoHasSeenTheEnding_IsTold_WhenOnlyTheRowIsLeft()
    {
        here.Shared.IsShared = false;
        here.Model.Says("Hel", "lo").Ends();
        var run = await StreamAsync();
        elsewhere.Stored = (await RunnerFixture.EndOfAsync(run)).Value;

        var reading = RunnerFixture.ReadToEndAsync((await FeedOf(elsewhere).ResumeAsync(run.Id, here.UserId, 2, Silence, default)).Value!);
        await AdvanceUntilAsync(reading);

        var ending = (await reading).Should().ContainSingle("the row knows no pieces").Subject;
        (await ResumeAsync(elsewhere, run, after: ending.Id)).Should().BeTrue();
        elsewhere.Stored = elsewhere.Stored with { Status = CompletionStatus.Running };
        (await ResumeAsync(elsewhere, run, after: ending.Id)).Should().BeFalse("nothing has ended");
        elsewhere.Stored = null;
        (await FeedOf(elsewhere).ResumeAsync(run.Id, here.UserId, ending.Id, Silence, default)).Error.Should().Be(CompletionErrors.NotFound);
    }

    [Test]
    public async Task ARunWhoseEventsCannotBeShared_EndsAllTheSame()
    {
        here.Shared.IsAway = true;
        here.Model.Says("Hello").Ends();

        var run = await StreamAsync();

        (await RunnerFixture.EndOfAsync(run)).Value.Message!.Content.Should().Be("Hello");
    }

    [TestCase(CompletionStatus.Succeeded, null, true)]
    [TestCase(CompletionStatus.Cancelled, null, true)]
    [TestCase(CompletionStatus.Failed, "provider.timeout", false)]
    [TestCase(CompletionStatus.Failed, "no.longer.known", false)]
    public async Task AnOutcome_OfLongAgo_IsToldFromTheRow(CompletionStatus status, string? code, bool succeeded)
    {
        here.Model.Says("Hello").Ends();
        var run = await StreamAsync();
        elsewhere.Stored = (await RunnerFixture.EndOfAsync(run)).Value with { Status = status, ErrorCode = code };

        var outcome = await elsewhere.Feed.OutcomeAsync(new StartedCompletion(run.Id, here.UserId, Run: null), default);

        outcome.IsSuccess.Should().Be(succeeded);
        if (code == "provider.timeout")
            outcome.Error!.Code.Should().Be(code);
    }

    private CompletionFeed FeedOf(RunnerFixture instance) => new(instance.Running, here.Shared, instance, instance.Clock);

    /// <summary>Whether whoever comes back is told that nothing comes any more.</summary>
    private async Task<bool> ResumeAsync(RunnerFixture instance, CompletionRun run, int after)
    {
        var reader = (await FeedOf(instance).ResumeAsync(run.Id, here.UserId, after, Silence, default)).Value;
        if (reader is not null)
            await reader.DisposeAsync();
        return reader is null;
    }

    private async Task<CompletionRun> StreamAsync() => (await here.StartAsync(here.Ask() with { Stream = true })).Value;

    private async Task<ICompletionReader> OpenElsewhereAsync(CompletionRun run, int after)
    {
        elsewhere.Stored = CompletionDto.From(here.Store.Admitted.Single(), answer: null) with { Status = CompletionStatus.Running };
        return (await new CompletionFeed(elsewhere.Running, here.Shared, elsewhere, elsewhere.Clock).OpenAsync(run.Id, here.UserId, after, Silence, default)).Value;
    }

    private async Task AdvanceHereUntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 1_000_000 && !condition(); i++)
        {
            here.Clock.Advance(TimeSpan.FromMilliseconds(25));
            await Task.Yield();
        }

        condition().Should().BeTrue();
    }

    // Both clocks go on until it is done; the number only keeps a broken test from hanging.
    private async Task AdvanceUntilAsync(Task done)
    {
        for (var i = 0; i < 1_000_000 && !done.IsCompleted; i++)
        {
            here.Clock.Advance(TimeSpan.FromMilliseconds(25));
            elsewhere.Clock.Advance(TimeSpan.FromMilliseconds(25));
            await Task.Yield();
        }

        done.IsCompleted.Should().BeTrue();
    }
}
