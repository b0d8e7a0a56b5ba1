namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>How the events of a run are copied to where other instances read them, and what becomes of those that cannot be.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class CompletionSharingTests : TwoInstanceTests
{
    private int pauses;

    [Test]
    public async Task OnlyAStream_IsShared([Values] bool stream)
    {
        Here.Model.Says("Hello").Ends();

        var run = (await Here.StartAsync(Here.Ask() with { Stream = stream })).Value;

        Here.Shared.Opened.Contains(run.Id).Should().Be(stream);
    }

    [Test]
    public async Task OnceAllOfItCanBeReadElsewhere_ItIsKeptHereNoLonger()
    {
        Here.Model.Says("Hello").Ends();

        var run = await StreamAsync();

        await Waits.UntilAsync(() => run.Outcome.IsCompleted && Here.Running.LogOf(run.Id, run.UserId) is null);
        Here.Shared.EventsOf(run.Id).Should().HaveCount(3);
    }

    [Test]
    public async Task WhatCannotBeShared_IsKeptHere()
    {
        Here.Shared.IsBroken = true;
        Here.Model.Says("Hello").Ends();
        var run = await StreamAsync();
        await RunnerFixture.EndOfAsync(run);
        await Waits.UntilAsync(() => Here.Shared.Tries == 1);
        await Waits.GiveAChanceAsync();

        Here.Running.LogOf(run.Id, run.UserId).Should().BeSameAs(run.Log);
    }

    [Test]
    public async Task TheCopy_IsNoReader_ForWhomARunGoesOn()
    {
        Here.Model.Says("Hello");
        var run = await StreamAsync();

        run.CancelIfUnread();

        run.IsCancelled.Should().BeTrue();
    }

    [Test]
    public async Task WhileARunGoesOn_SharingIsTriedForAsLongAsItTakes_AndAfterItsEndThreeTimes()
    {
        Here.Shared.IsAway = true;
        CountPauses();
        Here.Model.Says("Hello");
        var run = await StreamAsync();
        await PassPauseAsync(TimeSpan.FromMilliseconds(250));
        for (var i = 0; i < 5; i++)
            await PassPauseAsync(TimeSpan.FromSeconds(1));
        await UntilPausedAsync();
        Here.Shared.Tries.Should().Be(6);

        Here.Model.Ends();
        await RunnerFixture.EndOfAsync(run);
        for (var i = 0; i < 5; i++)
        {
            Here.Clock.Advance(TimeSpan.FromSeconds(1));
            await Waits.GiveAChanceAsync();
        }

        Here.Shared.Tries.Should().BeLessThanOrEqualTo(9);
        await AdvanceHereUntilAsync(() => Here.Shared.Tries == 9);
        await Waits.GiveAChanceAsync();
        Here.Running.LogOf(run.Id, run.UserId).Should().BeSameAs(run.Log, "it can be read nowhere else");
    }

    [Test]
    public async Task Pieces_AreSharedSooner_WhileAReaderElsewhereFollows([Values] bool isWatched)
    {
        CountPauses();
        Here.Model.Says("Hel");
        var run = await StreamAsync();
        await using var reader = isWatched ? await OpenElsewhereAsync(run, after: 0) : null;
        var reading = reader?.NextAsync().AsTask() ?? Task.CompletedTask;
        await Waits.UntilAsync(() => run.Log.IsEndedBy(0) || run.Answer.Text.Length == 3);
        await PassPauseAsync(TimeSpan.FromMilliseconds(250));
        await UntilPausedAsync();
        Here.Shared.EventsOf(run.Id).Should().HaveCount(2);
        await reading;

        Here.Model.Says("lo");
        await Waits.UntilAsync(() => run.Answer.Text.Length == 5);
        Here.Clock.Advance(TimeSpan.FromMilliseconds(25));
        if (isWatched)
            await Waits.UntilAsync(() => Here.Shared.EventsOf(run.Id).Count == 3);
        await Waits.GiveAChanceAsync();

        Here.Shared.EventsOf(run.Id).Should().HaveCount(isWatched ? 3 : 2);
        run.Cancel();
    }

    private void CountPauses() => pauses = Here.Clock.ShortWaits;

    // The copy waits once more than it has been let go.
    private Task UntilPausedAsync() => Waits.UntilAsync(() => Here.Clock.ShortWaits > pauses);

    private async Task PassPauseAsync(TimeSpan pause)
    {
        await UntilPausedAsync();
        pauses++;
        Here.Clock.Advance(pause);
    }
}
