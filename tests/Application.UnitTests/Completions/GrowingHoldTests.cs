using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Application.Completions.Log;
using CleanLlm.Application.Completions.Running;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Quotas;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>
/// Answers that hold less than they may take: of 2,000 tokens a day, the prompt takes 12 and the answer gets 256 of up to 900 at first. A token is a
/// character.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class GrowingHoldTests : IDisposable
{
    private const int Prompt = 12;

    private static readonly string Piece = new('x', 50);

    private readonly RunnerFixture fixture = new() { Plan = RunnerFixture.PlanOf([new PlanLimit(QuotaMetric.Tokens, QuotaWindow.Day, 2_000)]) };

    public void Dispose() => fixture.Dispose();

    [Test]
    public async Task AnAnswer_GrowsItsHold_WhileItIsWritten([Values] bool stream)
    {
        fixture.Model.Says(Pieces(12)).Ends();

        var ended = (await fixture.CompleteAsync(Ask(stream))).Value;

        ended.Should().BeEquivalentTo(new { Status = CompletionStatus.Succeeded, FinishReason = FinishReason.Stop });
        ended.Message!.Content.Should().HaveLength(600);
        // Asked for before the first 256 are used, and again before the 512 that had come to.
        fixture.Store.Growths.Should().Equal(512, 768);
        fixture.Store.Closings.Should().ContainSingle().Which.Should().BeEquivalentTo(
            new { Released = new { CompletionTokens = 768, Bound = 900 }, Entry = new { PromptTokens = Prompt, CompletionTokens = 600 } });
        fixture.Model.Calls.Should().ContainSingle().Which.Options!.MaxOutputTokens.Should().Be(900);
        fixture.Model.WholeCalls.Should().Be(0, "what comes as one piece cannot be watched");
    }

    [Test]
    public async Task AnAnswer_FarFromEveryLimit_IsHeldWhole_AndNotWatched()
    {
        fixture.Plan = RunnerFixture.PlanOf([new PlanLimit(QuotaMetric.Tokens, QuotaWindow.Day, 100_000)]);
        fixture.Model.Says(Pieces(12)).Ends();

        await fixture.CompleteAsync(Ask());

        fixture.Store.Growths.Should().BeEmpty();
        fixture.Model.WholeCalls.Should().Be(1);
    }

    [Test]
    public async Task AnAnswer_ThatGoesOnAfterItSaidHowItEnds_IsHeldToo([Values(1, 12)] int endings)
    {
        fixture.Model.Says(Pieces(12 - endings));
        for (var i = 0; i < endings; i++)
            fixture.Model.SaysLast(Piece);
        fixture.Model.Says(Pieces(6)).Ends();

        var ended = (await fixture.CompleteAsync(Ask(stream: true))).Value;

        ended.Message!.Content.Should().HaveLength(900);
        fixture.Store.Closings.Should().ContainSingle().Which.Should().BeEquivalentTo(
            new { Released = new { CompletionTokens = 900 }, Entry = new { CompletionTokens = 900 } });
        fixture.Store.Growths.Should().HaveCountGreaterThan(2, "it grows while the answer is written, and not at its end alone");
    }

    [Test]
    public async Task AWholeToolCall_IsHeldLikeText()
    {
        var run = (await fixture.StartAsync(Ask(stream: true))).Value;
        fixture.Store.Reserved = 2_000;
        fixture.Model.Tells(new FunctionCallContent("1", "f", new Dictionary<string, object?> { ["text"] = new string('x', 400) }));

        await Waits.UntilAsync(() => fixture.Turns.Waiting == 1);

        run.Cancel();
        await RunnerFixture.EndOfAsync(run);
    }

    [Test]
    public async Task AnAnswer_IsCountedFewTimes()
    {
        fixture.Model.Says([.. Enumerable.Repeat("x", 700)]).Ends();

        await fixture.CompleteAsync(Ask(stream: true));

        fixture.Counted.Should().HaveCountLessThan(30);
    }

    [Test]
    public async Task AnAnswer_WhenTheBudgetIsUsed_EndsWithLength_ChargedWhatItHeld()
    {
        var run = (await fixture.StartAsync(Ask(stream: true))).Value;
        // Another answer was dearer than thought: 300 are left for this one.
        fixture.Store.Used = 2_000 - Prompt - 300;
        fixture.Model.Says(Pieces(12));

        var ended = (await RunnerFixture.EndOfAsync(run)).Value;

        ended.Should().BeEquivalentTo(new { Status = CompletionStatus.Succeeded, FinishReason = FinishReason.Length });
        ended.Message!.Content.Should().HaveLength(300, "what is held is used to its end");
        fixture.Store.Closings.Should().ContainSingle().Which.Entry!.CompletionTokens.Should().Be(300);
        fixture.Clock.GetUtcNow().Should().Be(run.CheckpointedAt, "no time is to be waited for what is used");
    }

    [Test]
    public async Task AnAnswer_WhileOthersHoldTheRest_IsNotReadOn_AndGoesOnWhenOneEnds([Values] bool stream)
    {
        var run = await PausedAsync(stream);
        fixture.Model.Taken.Should().Be(6, "256 are held, so the sixth piece of 50 is the one too many");

        fixture.Store.Reserved = 0;
        fixture.Turns.Release(fixture.UserId);
        fixture.Model.Ends();

        (await RunnerFixture.EndOfAsync(run)).Value.Should().BeEquivalentTo(new { FinishReason = FinishReason.Stop });
        fixture.Store.Closings.Should().ContainSingle().Which.Entry!.CompletionTokens.Should().Be(600);
    }

    [Test]
    public async Task AnAnswer_WhichWaitsTooLong_EndsWithLength()
    {
        var run = await PausedAsync(stream: true);

        await Waits.PassAsync(fixture, () => run.Outcome.IsCompleted);

        (await RunnerFixture.EndOfAsync(run)).Value.Should().BeEquivalentTo(new { Status = CompletionStatus.Succeeded, FinishReason = FinishReason.Length });
        var closing = fixture.Store.Closings.Should().ContainSingle().Subject;
        closing.Entry!.CompletionTokens.Should().Be(256, "no more was held, though a piece went beyond it");
        (await fixture.EventsAsync(run))[^1].Should().BeOfType<CompletionFinished>();
    }

    [Test]
    public async Task Answers_WhichAreAllPausedAtTheEndOfTheBudget_EndWithLengthAtOnce()
    {
        var runs = new[] { (await fixture.StartAsync(Ask(stream: true))).Value, (await fixture.StartAsync(Ask(stream: true))).Value };
        // Nothing is left beside what the two hold.
        const int Each = Prompt + 256;
        (fixture.Store.Used, fixture.Store.Reserved) = (2_000 - (2 * Each), Each);
        fixture.Store.OnClose = _ =>
        {
            (fixture.Store.Used, fixture.Store.Reserved) = (2_000 - Each, 0);
            return true;
        };
        var before = fixture.Clock.GetUtcNow();

        fixture.Model.Says(Pieces(12));

        foreach (var run in runs)
            (await RunnerFixture.EndOfAsync(run)).Value.FinishReason.Should().Be(FinishReason.Length);
        fixture.Clock.GetUtcNow().Should().Be(before, "neither gives anything back that the other could wait for");
        fixture.Store.Closings.Select(closing => closing.Entry!.CompletionTokens).Should().Equal(256, 256);
        fixture.Turns.Waiting.Should().Be(0);
    }

    [Test]
    public async Task AnAnswer_WhichIsCancelledWhileItWaits_EndsAtOnce()
    {
        var run = await PausedAsync(stream: true);

        run.Cancel();

        (await RunnerFixture.EndOfAsync(run)).Value.Status.Should().Be(CompletionStatus.Cancelled);
        fixture.Turns.Waiting.Should().Be(0);
    }

    [Test]
    public async Task WhatAProviderCountsBeyondWhatWasSeen_IsHeldAtTheEnd_AndCharged()
    {
        fixture.Model.Says("hi").Reports(Prompt, 700).Ends();

        await fixture.CompleteAsync(Ask());

        fixture.Store.Growths.Should().Equal(700);
        fixture.Store.Closings.Should().ContainSingle().Which.Entry!.CompletionTokens.Should().Be(700);
    }

    [Test]
    public async Task WhatAProviderCountsBeyondTheBudget_IsNotCharged()
    {
        var run = (await fixture.StartAsync(Ask())).Value;
        fixture.Store.Reserved = 2_000;
        fixture.Model.Says("hi").Reports(Prompt, 700).Ends();

        (await RunnerFixture.EndOfAsync(run)).Value.FinishReason.Should().Be(FinishReason.Stop, "it has ended by itself");
        fixture.Store.Closings.Should().ContainSingle().Which.Entry!.CompletionTokens.Should().Be(256);
    }

    [Test]
    public async Task AnAnswerFromTheCache_CostsNothing_SoNothingMoreIsHeld()
    {
        var run = (await fixture.StartAsync(Ask(stream: true))).Value;
        await Waits.UntilAsync(() => fixture.Model.Routed.Count == 1);
        fixture.Model.Routed[0].Cached = true;
        fixture.Model.Says(Pieces(12)).Ends();

        (await RunnerFixture.EndOfAsync(run)).Value.Message!.Content.Should().HaveLength(600);
        fixture.Store.Growths.Should().BeEmpty();
    }

    [Test]
    public async Task AGrowthWhoseAnswerIsLost_IsGivenBackAsItIsStored()
    {
        fixture.Store.OnGrown = () => throw new TimeoutException("the connection broke");
        fixture.Model.Says(Pieces(5)).Ends();

        (await fixture.CompleteAsync(Ask(stream: true))).Value.FinishReason.Should().Be(FinishReason.Stop);

        fixture.Store.Growths.Should().Equal(512);
        fixture.Store.Closings.Should().ContainSingle().Which.Released.CompletionTokens.Should().Be(512);
    }

    [Test]
    public async Task AGrowthWhoseAnswerIsLost_IsGivenBackAsItIsStored_AlsoWhenTheNextOneIsRefused()
    {
        fixture.Store.OnGrown = () =>
        {
            fixture.Store.Used = 2_000;
            throw new TimeoutException("the connection broke");
        };
        fixture.Model.Says(Pieces(7));

        (await fixture.CompleteAsync(Ask(stream: true))).Value.FinishReason.Should().Be(FinishReason.Length);

        fixture.Store.Closings.Should().ContainSingle().Which.Should().BeEquivalentTo(
            new { Released = new { CompletionTokens = 512 }, Entry = new { CompletionTokens = 256 } });
    }

    [Test]
    public async Task AGrowthWhoseAnswerIsLost_IsFoundByTheNextOne()
    {
        var losses = 1;
        fixture.Store.OnGrown = () =>
        {
            if (losses-- > 0)
                throw new TimeoutException("the connection broke");
        };
        fixture.Model.Says(Pieces(7)).Ends();

        await fixture.CompleteAsync(Ask(stream: true));

        fixture.Store.Closings.Should().ContainSingle().Which.Should().BeEquivalentTo(
            new { Released = new { CompletionTokens = 696 }, Entry = new { CompletionTokens = 350 } });
        fixture.Store.UncertainClosings.Should().Be(0);
    }

    [Test]
    public async Task AnAnswerThatWasClosedElsewhere_IsNotWrittenOn()
    {
        var run = (await fixture.StartAsync(Ask(stream: true))).Value;
        fixture.Store.Held.Clear();
        fixture.Store.OnClose = _ => false;
        fixture.Model.Says(Pieces(12));

        (await RunnerFixture.EndOfAsync(run)).Error.Should().Be(CompletionErrors.Interrupted);
    }

    private static string[] Pieces(int count) => [.. Enumerable.Repeat(Piece, count)];

    private CompletionRequest Ask(bool stream = false) => fixture.Ask() with { Model = "large", Stream = stream };

    // An answer of 600 tokens of which 256 are held, and nothing more is free.
    private async Task<CompletionRun> PausedAsync(bool stream)
    {
        var run = (await fixture.StartAsync(Ask(stream))).Value;
        fixture.Store.Reserved = 2_000;
        fixture.Model.Says(Pieces(12));
        await Waits.UntilAsync(() => fixture.Turns.Waiting == 1);
        return run;
    }
}
