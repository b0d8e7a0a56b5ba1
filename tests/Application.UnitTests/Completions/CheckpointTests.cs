using CleanLlm.Application.Completions;
using CleanLlm.Application.Completions.Embeddings;
using CleanLlm.Application.Completions.Log;
using CleanLlm.Application.Completions.Running;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Usage;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>What is stored of runs that last, when, and what a crash would charge by it.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class CheckpointTests : IDisposable
{
    private readonly RunnerFixture fixture = new() { Value = new CompletionOptions { CheckpointSeconds = 5, LeaseSeconds = 60 } };

    public void Dispose() => fixture.Dispose();

    [Test]
    public async Task Checkpoint_StoresTextAndTokensAndRenewsTheLease()
    {
        var run = await SaidAsync("Hel");

        fixture.Clock.Advance(TimeSpan.FromSeconds(5));
        await fixture.Running.CheckpointAsync(default);

        fixture.Store.Checkpoints.Should().Equal(new CompletionCheckpoint(run.Id, "Hel", 3)
        {
            UserId = fixture.UserId,
            Findings = [],
            Model = "small",
            Provider = "upstream",
            Price = RunnerFixture.Small.Price,
        });
    }

    [Test]
    public async Task Checkpoint_NamesWhoAnswersAndAtWhatPrice_AlsoInThePlaceOfTheOneAsked()
    {
        var standIn = RunnerFixture.Small with { Id = "tiny", Provider = "other", Price = new TokenPrice(0.001m, 0.002m, "other") };
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
    public async Task Checkpoint_WhileTheDatabaseIsAway_IsTriedOnceARound()
    {
        for (var i = 0; i < 150; i++)
        {
            fixture.Running.Hold(new EmbeddingLease(Completion.Start(
                new CompletionStart(fixture.UserId, Turn: null, RunnerFixture.Small, Prompt: "", PromptTokens: 1, Findings: [], Store: false), fixture.Clock.GetUtcNow())));
        }

        var attempts = 0;
        fixture.Store.OnCheckpoint = _ =>
        {
            attempts++;
            throw new TimeoutException("away");
        };
        fixture.Clock.Advance(TimeSpan.FromSeconds(5));

        await fixture.Awaiting(f => f.Running.CheckpointAsync(default)).Should().ThrowAsync<AggregateException>();

        attempts.Should().Be(1);
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
    public async Task Checkpoint_ThatFoundItsRowTaken_IsTriedAgainAtTheNextLook()
    {
        await SaidAsync("Hel");
        fixture.Store.IsRenewed = _ => false;
        fixture.Clock.Advance(fixture.Value.CheckpointInterval);
        await fixture.Running.CheckpointAsync(default);

        fixture.Store.IsRenewed = _ => true;
        await fixture.Running.CheckpointAsync(default);

        fixture.Store.Checkpoints.Should().ContainSingle();
    }

    [Test]
    public async Task ALookWithNothingToStoreOrToCancel_SaysSo()
    {
        (await fixture.Running.CheckpointAsync(default)).Should().BeFalse();
        (await fixture.Running.CancelRequestedAsync(default)).Should().BeFalse();
        await SaidAsync("Hel");
        (await fixture.Running.CheckpointAsync(default)).Should().BeFalse("nothing is due");
        (await fixture.Running.CancelRequestedAsync(default)).Should().BeTrue();

        fixture.Clock.Advance(fixture.Value.CheckpointInterval);

        (await fixture.Running.CheckpointAsync(default)).Should().BeTrue();
    }

    [Test]
    public async Task Checkpoint_IsDue_WhenTheClockOfTheMachineWasSetBack()
    {
        var run = await SaidAsync("Hel");
        run.CheckpointedAt = fixture.Clock.GetUtcNow().AddHours(1);

        await fixture.Running.CheckpointAsync(default);

        fixture.Store.Checkpoints.Should().ContainSingle();
    }

    [Test]
    public async Task Checkpoint_OfARunThatHasEnded_IsNone()
    {
        fixture.Model.Says("Hel").Ends();
        var run = await StreamAsync();
        await RunnerFixture.EndOfAsync(run);

        run.Checkpoint(fixture.Count).Should().BeNull();
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
