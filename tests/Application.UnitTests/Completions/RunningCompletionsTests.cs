using CleanLlm.Application.Ai;
using CleanLlm.Application.Completions;
using CleanLlm.Application.Completions.Log;
using CleanLlm.Application.Completions.Running;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Usage;
using CleanLlm.Testing;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>Runs that last: streams that break off, cancels, and the end of the process.</summary>
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
        closing.Completion.Should().BeEquivalentTo(new { Status = CompletionStatus.Failed, Answer = "Hel", CompletionTokens = 3, CostNanos = 18000L });
        closing.Entry!.Basis.Should().Be(UsageBasis.Partial);
        (await fixture.EventsAsync(run)).Should().HaveCount(3);
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
    public async Task Cancel_WhileTheModelReasons_ChargesWhatItReasoned()
    {
        fixture.Model.Reasons("Hmm.");
        var run = await StreamAsync();
        await using (var reader = run.Log.OpenReader(1, TimeSpan.FromHours(1), fixture.Clock, default))
            (await reader.NextAsync()).Events.Should().ContainSingle().Which.Should().BeOfType<CompletionReasoning>();

        run.Cancel();

        (await RunnerFixture.EndOfAsync(run)).Value.Status.Should().Be(CompletionStatus.Cancelled);
        fixture.Store.Closings.Should().ContainSingle().Which.Entry.Should().BeEquivalentTo(
            new { CompletionTokens = 4, ReasoningTokens = 4, Basis = UsageBasis.Partial });
    }

    [Test]
    public async Task Checkpoint_WhileTheModelReasons_KeepsWhatACrashWouldCharge()
    {
        fixture.Model.Reasons("Hmm.");
        var run = await StreamAsync();
        await using (var reader = run.Log.OpenReader(1, TimeSpan.FromHours(1), fixture.Clock, default))
            await reader.NextAsync();
        fixture.Clock.Advance(TimeSpan.FromMinutes(1));

        await fixture.Running.CheckpointAsync(default);

        fixture.Store.Checkpoints.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Answer = "", CompletionTokens = 4, ReasoningTokens = 4 });
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
        await fixture.Running.DrainAsync(default).WaitAsync(Patience.Limit);

    [Test]
    public async Task Drain_LetsRunsFinish()
    {
        var run = await SaidAsync("Hel");

        var drained = fixture.Running.DrainAsync(default);
        drained.IsCompleted.Should().BeFalse();
        fixture.Model.Says("lo!").Ends();

        await drained.WaitAsync(Patience.Limit);
        (await RunnerFixture.EndOfAsync(run)).Value.Message!.Content.Should().Be("Hello!");
    }

    [Test]
    public async Task Drain_WhenItsTimeIsOver_InterruptsWhatIsLeft()
    {
        var run = await SaidAsync("Hel");

        var drained = fixture.Running.DrainAsync(default);
        fixture.Clock.Advance(TimeSpan.FromSeconds(20));

        await drained.WaitAsync(Patience.Limit);
        (await RunnerFixture.EndOfAsync(run)).Error.Should().Be(CompletionErrors.Interrupted);
        fixture.Store.Closings.Should().ContainSingle().Which.Completion.Should().BeEquivalentTo(
            new { ErrorCode = "completion.interrupted", Answer = "Hel", CompletionTokens = 3 });
    }

    [Test]
    public async Task Drain_WhenItsTimeIsOver_WaitsUntilWhatItInterruptedIsStored()
    {
        var farewell = new TaskCompletionSource();
        fixture.Model.Farewell = farewell.Task;
        var run = await SaidAsync("Hel");

        var drained = fixture.Running.DrainAsync(default);
        fixture.Clock.Advance(TimeSpan.FromSeconds(20));
        await Waits.UntilAsync(() => run.Stop.IsCancellationRequested);
        await Waits.GiveAChanceAsync();
        drained.IsCompleted.Should().BeFalse("its client has not let go yet");

        farewell.SetResult();
        await drained.WaitAsync(Patience.Limit);
        run.Outcome.IsCompleted.Should().BeTrue();
    }

    [Test]
    public async Task Drain_WhenTheHostLosesPatience_InterruptsAtOnce()
    {
        var run = await SaidAsync("Hel");
        using var host = new CancellationTokenSource();

        var drained = fixture.Running.DrainAsync(host.Token);
        await host.CancelAsync();

        await drained.WaitAsync(Patience.Limit);
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

        // Gives a drain that looks no further than the first run the chance to fail.
        await Waits.GiveAChanceAsync();
        drained.IsCompleted.Should().BeFalse();
        other.Model.Ends();
        await RunnerFixture.EndOfAsync(late);
        await drained.WaitAsync(Patience.Limit);
        fixture.Running.Stopping.IsCancellationRequested.Should().BeFalse();
    }

    private async Task<CompletionRun> StreamAsync() => (await fixture.StartAsync(fixture.Ask() with { Stream = true })).Value;

    /// <summary>A run that goes on after the model has said something.</summary>
    private async Task<CompletionRun> SaidAsync(string text)
    {
        fixture.Model.Says(text);
        var run = await StreamAsync();
        await using var reader = run.Log.OpenReader(1, TimeSpan.FromHours(1), fixture.Clock, default);
        await reader.NextAsync();
        return run;
    }
}
