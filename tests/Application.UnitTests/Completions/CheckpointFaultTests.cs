using CleanLlm.Application.Completions;
using CleanLlm.Application.Completions.Embeddings;
using CleanLlm.Application.Completions.Running;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Quotas;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>Looks at what is due that find nothing to store, very much, or a fault.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class CheckpointFaultTests : IDisposable
{
    private readonly RunnerFixture fixture = new() { Value = new CompletionOptions { CheckpointSeconds = 5, LeaseSeconds = 60 } };

    public void Dispose() => fixture.Dispose();

    [Test]
    public async Task SeveralGroups_AreAllStored_AndTheLookSaysSo()
    {
        Hold(150);

        (await fixture.Running.CheckpointAsync(default)).Should().BeTrue();

        fixture.Store.Checkpoints.Should().HaveCount(150);
    }

    [Test]
    public async Task ARunThatHasJustEnded_IsNothingToStore()
    {
        fixture.Model.Says("Hel").Ends();
        var run = (await fixture.StartAsync(fixture.Ask())).Value;
        await RunnerFixture.EndOfAsync(run);
        fixture.Running.Add(run);
        fixture.Clock.Advance(TimeSpan.FromSeconds(5));

        (await fixture.Running.CheckpointAsync(default)).Should().BeFalse();
    }

    [Test]
    public async Task ADatabaseThatGoesAway_WhileAGroupIsStoredOneByOne_IsAskedNoMore()
    {
        Hold(5);
        var attempts = 0;
        // The group, and the first of them, meet a fault of their own.
        fixture.Store.OnCheckpoint = _ => throw (++attempts <= 2 ? new InvalidOperationException("refused") : new TimeoutException("away"));

        await fixture.Awaiting(f => f.Running.CheckpointAsync(default)).Should().ThrowAsync<AggregateException>();

        attempts.Should().Be(3);
    }

    [Test]
    public async Task ALook_ForgetsTheLogsThatAreTooOld()
    {
        fixture.Model.Says("Hel").Ends();
        var run = (await fixture.StartAsync(fixture.Ask())).Value;
        await RunnerFixture.EndOfAsync(run);
        fixture.Running.LogOf(run.Id, fixture.UserId).Should().BeSameAs(run.Log);

        fixture.Clock.Advance(EndedLogs.Retention);
        await fixture.Running.CheckpointAsync(default);

        fixture.Running.LogOf(run.Id, fixture.UserId).Should().BeNull();
    }

    // A document near a limit is made as a stream, but its caller sees nothing of it before its end.
    [Test]
    public async Task OfADocumentThatIsBeingWritten_ACrashLeavesNothing()
    {
        fixture.Plan = RunnerFixture.PlanOf([new PlanLimit(QuotaMetric.Tokens, QuotaWindow.Day, 500)]);
        fixture.Model.Says("Hel");
        var run = (await fixture.StartAsync(fixture.Ask() with { Model = "large" })).Value;
        await Waits.UntilAsync(() => run.Answer.Text == "Hel");

        run.Checkpoint(fixture.Count).Should().BeEquivalentTo(new { Answer = "", CompletionTokens = 0 });
        run.Cancel();
    }

    [Test]
    public async Task ARunThatWasCutShort_StaysSo_AtTheNextLook()
    {
        var farewell = new TaskCompletionSource();
        fixture.Model.Farewell = farewell.Task;
        fixture.Model.Says(new string('x', 151));
        var run = (await fixture.StartAsync(fixture.Ask() with { Stream = true })).Value;
        await Waits.UntilAsync(() => run.Answer.Text.Length == 151);

        run.Checkpoint(fixture.Count).Should().BeNull();
        run.Checkpoint(fixture.Count).Should().BeNull();
        farewell.SetResult();

        (await RunnerFixture.EndOfAsync(run)).Value.FinishReason.Should().Be(FinishReason.Length);
    }

    private void Hold(int leases)
    {
        for (var i = 0; i < leases; i++)
        {
            fixture.Running.Hold(new EmbeddingLease(Completion.Start(
                new CompletionStart(fixture.UserId, Turn: null, RunnerFixture.Small, Prompt: "", PromptTokens: 1, Findings: [], Store: false), fixture.Clock.GetUtcNow())));
        }

        fixture.Clock.Advance(TimeSpan.FromSeconds(5));
    }
}
