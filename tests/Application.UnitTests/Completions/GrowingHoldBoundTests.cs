using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Quotas;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>
/// When a hold grows, and when it does not: of 2,000 tokens a day, the prompt takes 12 and the answer gets 256 of up to 900 at first. A token is a
/// character, and more is asked for when fewer than 64 are left.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class GrowingHoldBoundTests : IDisposable
{
    private const int Prompt = 12;

    private readonly RunnerFixture fixture = new() { Plan = RunnerFixture.PlanOf([new PlanLimit(QuotaMetric.Tokens, QuotaWindow.Day, 2_000)]) };

    public void Dispose() => fixture.Dispose();

    [Test]
    public async Task TheEndOfAnAnswer_AndWhatFollowsWithoutText_AskForNothing()
    {
        fixture.Model.Says(Pieces(15, 10)).SaysLast(new string('x', 90)).Reports(Prompt, 256).Ends();

        await fixture.CompleteAsync(Ask());

        fixture.Store.Growths.Should().BeEmpty();
        fixture.Store.Closings.Should().ContainSingle().Which.Entry!.CompletionTokens.Should().Be(256);
    }

    [Test]
    public async Task AnUpdate_WithSeveralTexts_CountsWithAllOfThem()
    {
        fixture.Model.Tells(new TextContent(new string('x', 150)), new TextContent(new string('x', 60))).Ends();

        await fixture.CompleteAsync(Ask());

        fixture.Store.Growths.Should().Equal(512);
    }

    [Test]
    public async Task WhatWasRefusedEarly_IsAskedForOnceMore_AtTheEndOfTheHold()
    {
        var run = (await fixture.StartAsync(Ask())).Value;
        fixture.Store.Used = 2_000 - Prompt - 256;
        fixture.Counted.Clear();
        fixture.Model.Says(Pieces(40, 10));

        (await RunnerFixture.EndOfAsync(run)).Value.FinishReason.Should().Be(FinishReason.Length);

        fixture.Store.Growths.Should().Equal([512, 516, 260], "the end asks for what was written beyond the hold");
        fixture.Counted.Should().HaveCountLessThan(8, "nothing is counted between the refusal and the end of the hold");
        fixture.Store.UncertainClosings.Should().Be(0, "a refusal has changed nothing");
    }

    [Test]
    public async Task AfterAWait_MoreIsAskedForEarlyAgain()
    {
        var run = (await fixture.StartAsync(Ask())).Value;
        fixture.Store.Reserved = 2_000;
        fixture.Model.Says(Pieces(12, 50));
        await Waits.UntilAsync(() => fixture.Turns.Waiting == 1);

        fixture.Store.Reserved = 0;
        fixture.Turns.Release(fixture.UserId);
        fixture.Model.Ends();
        await RunnerFixture.EndOfAsync(run);

        fixture.Store.Growths.Should().Equal(512, 556, 556, 812);
    }

    [Test]
    public async Task AnAnswer_GrowsPastRequestsThatWait()
    {
        var run = (await fixture.StartAsync(Ask())).Value;
        var request = await WaitingRequestAsync();
        fixture.Store.Reserved = 0;

        fixture.Model.Says(Pieces(12, 50)).Ends();
        await RunnerFixture.EndOfAsync(run);

        fixture.Store.Growths.Should().Equal(512, 768);
        (await request).IsSuccess.Should().BeTrue();
    }

    [Test]
    public async Task AnAnswer_AtTheEndOfItsHold_TriesAtOnce_WhateverRequestsWait()
    {
        var run = (await fixture.StartAsync(Ask())).Value;
        var request = await WaitingRequestAsync();
        fixture.Model.Says(Pieces(4, 50));
        await Waits.UntilAsync(() => fixture.Store.Growths.Count == 1);
        fixture.Store.Reserved = 0;
        var before = fixture.Clock.GetUtcNow();

        fixture.Model.Says(Pieces(4, 50)).Ends();
        (await RunnerFixture.EndOfAsync(run)).Value.FinishReason.Should().Be(FinishReason.Stop);

        fixture.Clock.GetUtcNow().Should().Be(before);
        (await request).IsSuccess.Should().BeTrue();
    }

    private static string[] Pieces(int count, int length) => [.. Enumerable.Repeat(new string('x', length), count)];

    private CompletionRequest Ask() => fixture.Ask() with { Model = "large", Stream = true };

    // Nothing is free any more.
    private async Task<Task<Domain.Results.Result<Application.Completions.Running.CompletionRun>>> WaitingRequestAsync()
    {
        fixture.Store.Reserved = 2_000;
        var request = fixture.StartAsync(Ask());
        await Waits.UntilAsync(() => fixture.Turns.Waiting == 1);
        return request;
    }
}
