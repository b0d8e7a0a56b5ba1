using CleanLlm.Application.Ai;
using CleanLlm.Application.Completions;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Usage;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>Runs that last: streams that break off, checkpoints, and the end of the process.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class RunningCompletionsTests : IDisposable
{
    private readonly RunnerFixture fixture = new() { Value = new CompletionOptions { DrainSeconds = 20, CheckpointSeconds = 5, LeaseSeconds = 60 } };

    public void Dispose() => fixture.Dispose();

    [Test]
    public async Task Stream_WhenItBreaksOff_KeepsAndChargesWhatWasSaid()
    {
        fixture.Model.Says("Hel").Throws(new ProviderException(ProviderFailure.CutOff, "gone"));
        var run = await StreamAsync();

        (await RunnerFixture.EndOfAsync(run)).Error!.Code.Should().Be("provider.cut_off");
        var closing = fixture.Store.Closings.Should().ContainSingle().Subject;
        closing.Completion.Should().BeEquivalentTo(new { Status = CompletionStatus.Failed, Answer = "Hel", CompletionTokens = 3, CostMicros = 18 });
        closing.Entry!.Basis.Should().Be(UsageBasis.Partial);
        (await fixture.EventsAsync(run)).Should().HaveCount(3);
    }

    [Test]
    public async Task Checkpoint_StoresTextAndTokensAndRenewsTheLease()
    {
        var run = await SaidAsync("Hel");

        fixture.Clock.Advance(TimeSpan.FromSeconds(5));
        await fixture.Running.CheckpointAsync(default);

        fixture.Store.Checkpoints.Should().Equal(new CompletionCheckpoint(run.Id, "Hel", 3, fixture.Clock.GetUtcNow().AddSeconds(60))
        {
            Model = "small",
            Provider = "upstream",
            Price = RunnerFixture.Small.Price,
        });
    }

    [Test]
    public async Task Checkpoint_NamesWhoAnswersAndAtWhatPrice_AlsoInThePlaceOfTheOneAsked()
    {
        var standIn = RunnerFixture.Small with { Id = "tiny", Provider = "other", Price = new TokenPrice(1, 2, "other") };
        fixture.Substitutes = [standIn];
        var run = await SaidAsync("Hel");
        run.Call.Served = standIn;

        fixture.Clock.Advance(TimeSpan.FromSeconds(5));
        await fixture.Running.CheckpointAsync(default);

        fixture.Store.Checkpoints.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Model = "tiny", Provider = "other", standIn.Price });
        var crashed = fixture.Store.Admitted.Single().Interrupt(fixture.Clock.GetUtcNow());
        crashed.Entry.Should().BeEquivalentTo(new { Model = "tiny", Provider = "other", PriceVersion = "other", CompletionTokens = 3 });
    }

    [Test]
    public async Task Checkpoint_OfAnAnswerThatSomebodyElsePaysFor_KeepsItsText_AndChargesNothing()
    {
        var run = await SaidAsync("Hel");
        (run.Call.Served, run.Call.Cached) = (RunnerFixture.Small, true);

        fixture.Clock.Advance(TimeSpan.FromSeconds(5));
        await fixture.Running.CheckpointAsync(default);

        fixture.Store.Checkpoints.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Answer = "Hel", CompletionTokens = 0 });
        fixture.Store.Admitted.Single().Interrupt(fixture.Clock.GetUtcNow()).Entry.Should().BeNull();
    }

    [Test]
    public async Task Checkpoint_StopsAModelThatDoesNotKeepToItsBoundOfTokens_AndKeepsAndChargesWhatWasCounted()
    {
        var said = new string('x', 151);
        var run = await SaidAsync(said);

        fixture.Clock.Advance(TimeSpan.FromSeconds(5));
        await fixture.Running.CheckpointAsync(default);

        var ended = (await RunnerFixture.EndOfAsync(run)).Value;
        ended.Should().BeEquivalentTo(new { Status = CompletionStatus.Succeeded, FinishReason = FinishReason.Length, Message = new { Content = said } });
        fixture.Store.Closings.Should().ContainSingle().Which.Entry.Should().BeEquivalentTo(new { CompletionTokens = 151, Basis = UsageBasis.Counted });
        (await fixture.EventsAsync(run))[^1].Should().BeOfType<CompletionFinished>();
        fixture.Store.Checkpoints.Should().BeEmpty();
    }

    [Test]
    public async Task Checkpoint_WhileTheAnswerEndsByItself_DoesNotCallItCutShort()
    {
        fixture.Model.EndsWhenStopped = true;
        var run = await SaidAsync(new string('x', 151));

        fixture.Clock.Advance(TimeSpan.FromSeconds(5));
        await fixture.Running.CheckpointAsync(default);

        (await RunnerFixture.EndOfAsync(run)).Value.FinishReason.Should().Be(FinishReason.Stop);
    }

    [Test]
    public async Task Checkpoint_OfAnAnswerThatHasEnded_AndIsBeingStored_RenewsTheLease()
    {
        var run = await SaidAsync(new string('x', 151));
        run.EndAnswer();

        fixture.Clock.Advance(TimeSpan.FromSeconds(5));
        await fixture.Running.CheckpointAsync(default);

        run.Stop.IsCancellationRequested.Should().BeFalse();
        fixture.Store.Checkpoints.Should().ContainSingle();
    }

    [Test]
    public async Task Checkpoint_LeavesAModelAlone_WhoseTokensAreOnlyCountedDifferently()
    {
        var run = await SaidAsync(new string('x', 150));

        fixture.Clock.Advance(TimeSpan.FromSeconds(5));
        await fixture.Running.CheckpointAsync(default);

        run.Stop.IsCancellationRequested.Should().BeFalse();
        fixture.Store.Checkpoints.Should().ContainSingle();
    }

    [Test]
    public async Task Checkpoint_IsDue_WhenItWouldBeLateAtTheNextLook()
    {
        await SaidAsync("Hel");
        var due = fixture.Value.CheckpointInterval - fixture.Value.CheckpointLook;

        fixture.Clock.Advance(due - TimeSpan.FromTicks(1));
        await fixture.Running.CheckpointAsync(default);
        fixture.Store.Checkpoints.Should().BeEmpty();

        fixture.Clock.Advance(TimeSpan.FromTicks(1));
        await fixture.Running.CheckpointAsync(default);
        await fixture.Running.CheckpointAsync(default);
        fixture.Store.Checkpoints.Should().ContainSingle();
    }

    [Test]
    public async Task Checkpoints_AreNeverFurtherApartThanTheirInterval_ThoughEachLookComesALittleEarly()
    {
        var run = await SaidAsync("Hel");
        var (early, since, most) = (TimeSpan.FromMilliseconds(1), run.CheckpointedAt, TimeSpan.Zero);

        for (var look = 0; look < 100; look++)
        {
            fixture.Clock.Advance(fixture.Value.CheckpointLook - early);
            await fixture.Running.CheckpointAsync(default);
            if (run.CheckpointedAt == since)
                continue;
            most = run.CheckpointedAt - since > most ? run.CheckpointedAt - since : most;
            since = run.CheckpointedAt;
        }

        most.Should().BeGreaterThan(TimeSpan.Zero).And.BeLessThanOrEqualTo(fixture.Value.CheckpointInterval);
        fixture.Store.Checkpoints.Count.Should().BeInRange(9, 12, "ten intervals have passed");
    }

    [Test]
    public async Task Checkpoint_ThatFails_CostsTheOtherRunsNothing_AndIsTriedAgainAtTheNextLook()
    {
        using var other = new RunnerFixture();
        var runs = new List<CompletionRun> { await SaidAsync("Hel") };
        for (var i = 0; i < 4; i++)
        {
            runs.Add((await other.StartAsync(other.Ask() with { Stream = true })).Value);
            fixture.Running.Add(runs[^1]);
        }

        var bad = runs[2].Id;
        fixture.Store.OnCheckpoint = checkpoint =>
        {
            if (checkpoint.Id == bad)
                throw new InvalidOperationException("refused");
        };
        fixture.Clock.Advance(TimeSpan.FromSeconds(5));

        await fixture.Running.Invoking(running => running.CheckpointAsync(default)).Should().ThrowAsync<AggregateException>("somebody has to be told");
        fixture.Store.Checkpoints.Select(checkpoint => checkpoint.Id).Should().BeEquivalentTo(runs.Select(run => run.Id).Where(id => id != bad));

        fixture.Store.OnCheckpoint = _ => { };
        fixture.Clock.Advance(fixture.Value.CheckpointLook);
        await fixture.Running.CheckpointAsync(default);
        fixture.Store.Checkpoints[^1].Id.Should().Be(bad);
        fixture.Store.Checkpoints.Should().HaveCount(runs.Count);
    }

    [Test]
    public async Task Checkpoint_WhenNothingIsToBeStored_KeepsOnlyTheTokens()
    {
        await SaidAsync("Hel", store: false);

        fixture.Clock.Advance(TimeSpan.FromSeconds(5));
        await fixture.Running.CheckpointAsync(default);

        fixture.Store.Checkpoints.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Answer = (string?)null, CompletionTokens = 3 });
    }

    [Test]
    public async Task Checkpoint_OfARunThatHasEnded_IsNone()
    {
        fixture.Model.Says("Hel").Ends();
        var run = await StreamAsync();
        await RunnerFixture.EndOfAsync(run);

        run.Checkpoint(fixture.Count, fixture.Clock.GetUtcNow(), TimeSpan.FromSeconds(60)).Should().BeNull();
    }

    [Test]
    public async Task Cancel_StopsTheModel_KeepsAndChargesWhatWasSaid()
    {
        var run = await SaidAsync("Hel");

        fixture.Running.TryCancel(run.Id).Should().BeTrue();

        (await RunnerFixture.EndOfAsync(run)).Value.Should().BeEquivalentTo(new { Status = CompletionStatus.Cancelled, Message = new { Content = "Hel" } });
        var closing = fixture.Store.Closings.Should().ContainSingle().Subject;
        closing.Completion.Should().BeEquivalentTo(new { Status = CompletionStatus.Cancelled, Answer = "Hel", CompletionTokens = 3, ErrorCode = (string?)null });
        closing.Entry!.Basis.Should().Be(UsageBasis.Partial);
        (await fixture.EventsAsync(run))[^1].Should().BeOfType<CompletionCancelled>();
    }

    [Test]
    public async Task Cancel_BeforeAnythingWasSaid_ChargesNothing()
    {
        var run = await StreamAsync();

        run.Cancel();

        (await RunnerFixture.EndOfAsync(run)).Value.Status.Should().Be(CompletionStatus.Cancelled);
        fixture.Store.Closings.Should().ContainSingle().Which.Entry.Should().BeNull();
    }

    [Test]
    public async Task Cancel_AfterTheEnd_ChangesNothing()
    {
        fixture.Model.Says("Hello").Ends();
        var run = await StreamAsync();
        await RunnerFixture.EndOfAsync(run);

        run.Cancel();

        (await run.Outcome).Value.Status.Should().Be(CompletionStatus.Succeeded);
        fixture.Store.Closings.Should().ContainSingle();
    }

    [Test]
    public async Task Cancel_RequestedOnAnotherInstance_IsSeenAtTheNextLook()
    {
        var run = await SaidAsync("Hel");
        fixture.Store.CancelRequests.Add(run.Id);
        fixture.Store.CancelRequests.Add(CompletionId.New(fixture.Clock.GetUtcNow()));

        await fixture.Running.CancelRequestedAsync(default);

        (await RunnerFixture.EndOfAsync(run)).Value.Status.Should().Be(CompletionStatus.Cancelled);
    }

    [Test]
    public async Task CancelIfUnread_LeavesARunAloneThatSomebodyElseReads()
    {
        var run = await SaidAsync("Hel");
        var other = run.Log.OpenReader(0, TimeSpan.FromHours(1), fixture.Clock, default);

        run.CancelIfUnread();
        run.IsCancelled.Should().BeFalse();

        await other.DisposeAsync();
        run.CancelIfUnread();
        (await RunnerFixture.EndOfAsync(run)).Value.Status.Should().Be(CompletionStatus.Cancelled);
    }

    [Test]
    public async Task Drain_WhenNothingRuns_IsDone() =>
        await fixture.Running.DrainAsync(default).WaitAsync(TimeSpan.FromSeconds(30));

    [Test]
    public async Task Drain_LetsRunsFinish()
    {
        var run = await SaidAsync("Hel");

        var drained = fixture.Running.DrainAsync(default);
        drained.IsCompleted.Should().BeFalse();
        fixture.Model.Says("lo!").Ends();

        await drained.WaitAsync(TimeSpan.FromSeconds(30));
        (await RunnerFixture.EndOfAsync(run)).Value.Message!.Content.Should().Be("Hello!");
    }

    [Test]
    public async Task Drain_WhenItsTimeIsOver_InterruptsWhatIsLeft()
    {
        var run = await SaidAsync("Hel");

        var drained = fixture.Running.DrainAsync(default);
        fixture.Clock.Advance(TimeSpan.FromSeconds(20));

        await drained.WaitAsync(TimeSpan.FromSeconds(30));
        (await RunnerFixture.EndOfAsync(run)).Error.Should().Be(CompletionErrors.Interrupted);
        fixture.Store.Closings.Should().ContainSingle().Which.Completion.Should().BeEquivalentTo(
            new { ErrorCode = "completion.interrupted", Answer = "Hel", CompletionTokens = 3 });
    }

    [Test]
    public async Task Drain_WhenTheHostLosesPatience_InterruptsAtOnce()
    {
        var run = await SaidAsync("Hel");
        using var host = new CancellationTokenSource();

        var drained = fixture.Running.DrainAsync(host.Token);
        await host.CancelAsync();

        await drained.WaitAsync(TimeSpan.FromSeconds(30));
        (await RunnerFixture.EndOfAsync(run)).Error.Should().Be(CompletionErrors.Interrupted);
    }

    [Test]
    public async Task Drain_WhenARunBeginsMeanwhile_GivesItTheSameTime()
    {
        using var other = new RunnerFixture();
        var first = await SaidAsync("Hel");
        var drained = fixture.Running.DrainAsync(default);
        // A second run of the same instance, still in the middle when the first one ends.
        var late = (await other.StartAsync(other.Ask() with { Stream = true })).Value;
        fixture.Running.Add(late);

        fixture.Model.Says("lo!").Ends();
        await RunnerFixture.EndOfAsync(first);

        // Gives a drain that looks no further than the first run the chance to go wrong.
        for (var i = 0; i < 1000; i++)
            await Task.Yield();
        drained.IsCompleted.Should().BeFalse();
        other.Model.Ends();
        await RunnerFixture.EndOfAsync(late);
        await drained.WaitAsync(TimeSpan.FromSeconds(30));
        fixture.Running.Stopping.IsCancellationRequested.Should().BeFalse();
    }

    private async Task<CompletionRun> StreamAsync(bool store = true) =>
        (await fixture.StartAsync(fixture.Ask() with { Stream = true, Store = store })).Value;

    /// <summary>A run that goes on after the model has said something.</summary>
    private async Task<CompletionRun> SaidAsync(string text, bool store = true)
    {
        fixture.Model.Says(text);
        var run = await StreamAsync(store);
        await using var reader = run.Log.OpenReader(1, TimeSpan.FromHours(1), fixture.Clock, default);
        await reader.NextAsync();
        return run;
    }
}
