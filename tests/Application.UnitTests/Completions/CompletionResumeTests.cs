using CleanLlm.Application.Completions;
using CleanLlm.Application.Completions.Running;
using CleanLlm.Domain.Completions;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>Readers that return: one that has seen the ending is told that nothing more comes.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class CompletionResumeTests : TwoInstanceTests
{
    [Test]
    public async Task AReader_WhoHasSeenTheEnding_IsTold_OnTheSameInstance()
    {
        Here.Shared.IsShared = false;
        Here.Model.Says("Hel");
        var run = await StreamAsync();
        (await ResumeAsync(Here, run, after: 9)).Should().BeFalse("it goes on");
        Here.Model.Says("lo").Ends();
        await RunnerFixture.EndOfAsync(run);

        (await ResumeAsync(Here, run, after: 0)).Should().BeFalse();
        (await ResumeAsync(Here, run, after: 3)).Should().BeFalse();
        (await ResumeAsync(Here, run, after: 4)).Should().BeTrue();
        (await ResumeAsync(Here, run, after: 5)).Should().BeTrue();
    }

    [Test]
    public async Task AReader_WhoHasSeenTheEnding_IsTold_ElsewhereByTheSharedLog()
    {
        Here.Model.Says("Hel", "lo").Ends();
        var run = await StreamAsync();
        Elsewhere.Stored = (await RunnerFixture.EndOfAsync(run)).Value;
        await AdvanceHereUntilAsync(() => Here.Shared.EventsOf(run.Id).Count == 4);

        (await ResumeAsync(Elsewhere, run, after: 3)).Should().BeFalse();
        (await ResumeAsync(Elsewhere, run, after: 4)).Should().BeTrue();
        (await ResumeAsync(Elsewhere, run, after: 5)).Should().BeTrue();
    }

    [Test]
    public async Task AReader_WhoHasSeenAllOfALogThatStopsShort_StillGetsTheEnding()
    {
        Here.Model.Says("Hel");
        var run = await StreamAsync();
        await AdvanceHereUntilAsync(() => Here.Shared.EventsOf(run.Id).Count == 2);
        Elsewhere.Stored = CompletionDto.From(Here.Store.Admitted.Single(), answer: null) with { Status = CompletionStatus.Failed, ErrorCode = "completion.interrupted" };

        (await ResumeAsync(Elsewhere, run, after: 2)).Should().BeFalse();
        (await ResumeAsync(Elsewhere, run, after: 3)).Should().BeFalse();
    }

    [Test]
    public async Task AReader_WhoHasSeenTheEnding_IsTold_WhenOnlyTheRowIsLeft()
    {
        Here.Shared.IsShared = false;
        Here.Model.Says("Hel", "lo").Ends();
        var run = await StreamAsync();
        Elsewhere.Stored = (await RunnerFixture.EndOfAsync(run)).Value;

        var reading = RunnerFixture.ReadToEndAsync((await FeedOf(Elsewhere).ResumeAsync(run.Id, Here.UserId, 2, Silence, default)).Value!);
        await AdvanceUntilAsync(reading);

        var ending = (await reading).Should().ContainSingle("the row knows no pieces").Subject;
        (await ResumeAsync(Elsewhere, run, after: ending.Id)).Should().BeTrue();
        Elsewhere.Stored = Elsewhere.Stored with { Status = CompletionStatus.Running };
        (await ResumeAsync(Elsewhere, run, after: ending.Id)).Should().BeFalse("nothing has ended");
        Elsewhere.Stored = null;
        (await FeedOf(Elsewhere).ResumeAsync(run.Id, Here.UserId, ending.Id, Silence, default)).Error.Should().Be(CompletionErrors.NotFound);
    }

    /// <summary>Whether a reader that returns is told that nothing more comes.</summary>
    private async Task<bool> ResumeAsync(RunnerFixture instance, CompletionRun run, int after)
    {
        var reader = (await FeedOf(instance).ResumeAsync(run.Id, Here.UserId, after, Silence, default)).Value;
        if (reader is not null)
            await reader.DisposeAsync();
        return reader is null;
    }
}
