using CleanLlm.Application.Completions;
using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Usage;

namespace CleanLlm.Application.UnitTests.Completions;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class AbandonedCompletionsTests : IDisposable
{
    private readonly RunnerFixture fixture = new();
    private FakeCompletionStore Store => fixture.Store;

    public void Dispose() => fixture.Dispose();

    [Test]
    public async Task Close_GoesOnUntilNoneIsLeft()
    {
        for (var i = 0; i < 250; i++)
            Leave(fixture.Clock.GetUtcNow().AddSeconds(-1));

        (await CloseAsync()).Should().Be(250);
        Store.Closings.Should().HaveCount(250).And.OnlyContain(closing =>
            closing.Completion.ErrorCode == "completion.interrupted" && closing.Entry == null);
        Store.AbandonedClosings.Should().Equal(Store.Closings, "a lease that was renewed since the look still holds");
    }

    [Test]
    public async Task Close_ChargesWhatTheLastCheckpointSaw()
    {
        Leave(fixture.Clock.GetUtcNow().AddSeconds(-1), checkpoint: "Hel");

        await CloseAsync();

        var closing = Store.Closings.Should().ContainSingle().Subject;
        closing.Completion.Should().BeEquivalentTo(new { Status = CompletionStatus.Failed, Answer = "Hel", CompletionTokens = 3 });
        closing.Entry.Should().BeEquivalentTo(new { PromptTokens = 12, CompletionTokens = 3 });
    }

    [Test]
    public async Task Close_CountsOnlyWhatItClosedItself()
    {
        Leave(fixture.Clock.GetUtcNow().AddSeconds(-1));
        Store.OnClose = _ => false;

        (await CloseAsync()).Should().Be(0);
    }

    [Test]
    public async Task Close_LeavesThoseAloneThatThisInstanceRuns()
    {
        fixture.Model.Says("Hel");
        await fixture.StartAsync(fixture.Ask() with { Stream = true });
        Store.Abandoned.AddRange(Store.Admitted);

        (await SweepForAsync(fixture.Abandoned, fixture.Value.Lease + fixture.Value.SweepInterval)).Should().BeEmpty();
        Store.Closings.Should().BeEmpty();
    }

    [Test]
    public async Task Close_AfterAnOutage_WaitsUntilLivingInstancesCouldRenewTheirLeases()
    {
        await CloseAsync();
        fixture.Clock.Advance((fixture.Value.SweepInterval * 3) + TimeSpan.FromTicks(1));
        Leave(fixture.Clock.GetUtcNow().AddSeconds(-1));

        (await CloseOfSomebodyAsync()).Should().Be(0, "nobody has looked since the outage");
        (await CloseAsync()).Should().Be(0, "the database is only just back");
        (await SweepForAsync(fixture.Abandoned, fixture.Value.RenewalWait - TimeSpan.FromTicks(1))).Should().BeEmpty();
        (await CloseOfSomebodyAsync()).Should().Be(0);
        fixture.Clock.Advance(TimeSpan.FromTicks(1));
        (await CloseAsync()).Should().Be(1);
    }

    [Test]
    public async Task Close_AfterAStart_WaitsUntilLivingInstancesCouldRenewTheirLeases()
    {
        var starting = fixture.NewSweep();
        Leave(fixture.Clock.GetUtcNow().AddSeconds(-1));
        var user = Store.Abandoned[0].UserId;

        (await SweepForAsync(starting, fixture.Value.RenewalWait - TimeSpan.FromTicks(1))).Should().BeEmpty();
        (await starting.CloseOfAsync(user, default)).Should().Be(0);
        fixture.Clock.Advance(TimeSpan.FromTicks(1));
        (await starting.CloseOfAsync(user, default)).Should().Be(1);
    }

    [TestCase(0)]
    [TestCase(20)]
    public async Task Close_AfterARestartWithin20Seconds_FreesWithin35SecondsOfTheCrash(int downSeconds)
    {
        // The crash comes at once after a renewal.
        Leave(fixture.Clock.GetUtcNow() + fixture.Value.Lease);
        var crashedAt = fixture.Clock.GetUtcNow();
        fixture.Clock.Advance(TimeSpan.FromSeconds(downSeconds));

        var closedAt = await SweepForAsync(fixture.NewSweep(), TimeSpan.FromMinutes(1));

        (closedAt.Should().ContainSingle().Subject - crashedAt).Should().BeLessThan(TimeSpan.FromSeconds(35));
    }

    // A renewal may hang for as long as it takes to be given up, and the next one comes at the next look.
    [TestCase(1)]
    [TestCase(5)]
    public void TheWait_IsLongerThanARenewalThatHangs_AndTheNextOne(int checkpointSeconds)
    {
        var options = new CompletionOptions { CheckpointSeconds = checkpointSeconds };

        options.RenewalWait.Should().BeGreaterThan(CompletionOptions.LongestRenewal + options.CheckpointLook);
    }

    [Test]
    public async Task Close_ReachesThoseBehindMany_ThatCannotBeClosed()
    {
        for (var i = 0; i < 150; i++)
            Leave(fixture.Clock.GetUtcNow().AddSeconds(-2));
        var bad = Store.Abandoned.ToHashSet();
        Leave(fixture.Clock.GetUtcNow().AddSeconds(-1));
        Store.OnClose = closing => bad.Contains(closing.Completion) ? throw new InvalidOperationException("refused") : true;

        (await CloseAsync()).Should().Be(1);
        Store.Closings.Should().HaveCount(151, "each is tried once");
    }

    [Test]
    public async Task Close_ThatTakesLong_IsNoOutage()
    {
        for (var i = 0; i < 150; i++)
            Leave(fixture.Clock.GetUtcNow().AddSeconds(-1));
        Store.OnClose = _ =>
        {
            fixture.Clock.Advance(fixture.Value.SweepInterval);
            return true;
        };
        await CloseAsync();

        Leave(fixture.Clock.GetUtcNow().AddSeconds(-1));
        (await CloseAsync()).Should().Be(1);
    }

    [Test]
    public async Task Close_GoesOn_WhenOneCannotBeClosed()
    {
        Leave(fixture.Clock.GetUtcNow().AddSeconds(-2));
        Leave(fixture.Clock.GetUtcNow().AddSeconds(-1));
        var bad = Store.Abandoned[0];
        Store.OnClose = closing => closing.Completion == bad ? throw new InvalidOperationException("refused") : true;

        (await CloseAsync()).Should().Be(1);
    }

    [Test]
    public async Task Close_EndsWithTheFault_WhenTheDatabaseGoesAway()
    {
        for (var i = 0; i < 3; i++)
            Leave(fixture.Clock.GetUtcNow().AddSeconds(-1));
        fixture.Store.OnClose = _ => throw new TimeoutException("away");

        await fixture.Awaiting(f => f.Abandoned.CloseAsync(default)).Should().ThrowAsync<TimeoutException>();

        fixture.Store.Closings.Should().ContainSingle("each further one would wait for the same end of the outage");
    }

    [Test]
    public async Task CloseAll_AsksForNoLease()
    {
        Leave(fixture.Clock.GetUtcNow().AddHours(1));

        (await fixture.Abandoned.CloseAllAsync(default)).Should().Be(1);
    }

    // Looks as often as the program does.
    private async Task<IReadOnlyList<DateTimeOffset>> SweepForAsync(AbandonedCompletions sweep, TimeSpan time)
    {
        List<DateTimeOffset> closedAt = [];
        while (time > TimeSpan.Zero)
        {
            var step = time < fixture.Value.SweepInterval ? time : fixture.Value.SweepInterval;
            fixture.Clock.Advance(step);
            time -= step;
            if (await sweep.CloseAsync(default) > 0)
                closedAt.Add(fixture.Clock.GetUtcNow());
        }

        return closedAt;
    }

    private Task<int> CloseOfSomebodyAsync() => fixture.Abandoned.CloseOfAsync(Store.Abandoned[0].UserId, default);

    private Task<int> CloseAsync() =>
        fixture.Abandoned.CloseAsync(default);

    private void Leave(DateTimeOffset leaseEnd, string? checkpoint = null)
    {
        var admittedAt = fixture.Clock.GetUtcNow().AddMinutes(-5);
        var start = new CompletionStart(UserId.New(admittedAt), Turn: null, RunnerFixture.Small, "hello", 12, [], Store: true);
        var completion = Completion.Start(start, admittedAt);
        completion.Hold(new Reservation([], 100), leaseEnd);
        if (checkpoint is not null)
            completion.Checkpoint(checkpoint, new TokenCount(0, checkpoint.Length, UsageBasis.Partial));
        Store.Abandoned.Add(completion);
    }
}
