using CleanLlm.Application.Completions.Log;
using CleanLlm.Domain.Quotas;
using CleanLlm.Testing;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>Readers get what there is before a run waits for something else than its model.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class WakingTests : IDisposable
{
    private readonly RunnerFixture fixture = new(answerSteps: [new FakeAnswerSteps.Holding()]);

    public void Dispose() => fixture.Dispose();

    [Test]
    public async Task WhatWasHeldBack_IsShown_ThoughTheEndCannotBeStoredYet()
    {
        fixture.Store.OnClose = _ => throw new TimeoutException("away");
        var run = (await fixture.StartAsync(fixture.Ask() with { Stream = true })).Value;
        await using var reader = run.Log.OpenReader(after: 1, TimeSpan.FromHours(1), fixture.Clock, default);
        var waiting = reader.NextAsync().AsTask();

        fixture.Model.Says("Hello").Ends();

        (await waiting.WaitAsync(Patience.Limit)).Events.Should().Equal(new CompletionDelta("Hello"));
        run.Outcome.IsCompleted.Should().BeFalse();
    }

    [Test]
    public async Task WhatWasWritten_IsShown_WhileTheAnswerIsPaused()
    {
        using var paused = new RunnerFixture { Plan = RunnerFixture.PlanOf([new PlanLimit(QuotaMetric.Tokens, QuotaWindow.Day, 2_000)]) };
        var run = (await paused.StartAsync(paused.Ask() with { Model = "large", Stream = true })).Value;
        paused.Store.Reserved = 2_000;
        await using var reader = run.Log.OpenReader(after: 1, TimeSpan.FromHours(1), paused.Clock, default);
        var waiting = reader.NextAsync().AsTask();

        // 256 are held: the second piece is beyond them.
        paused.Model.SaysAtOnce(new string('x', 150), new string('x', 150));

        (await waiting.WaitAsync(Patience.Limit)).Events.Should().HaveCount(2);
        run.Outcome.IsCompleted.Should().BeFalse();
        run.Cancel();
    }
}
