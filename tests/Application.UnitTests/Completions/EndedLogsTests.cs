using CleanLlm.Application.Completions.Running;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>Logs of runs that have ended, as readers find them.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class EndedLogsTests : IDisposable
{
    private readonly RunnerFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    [Test]
    public async Task ALog_IsKeptForTenMinutes_ForItsUserOnly()
    {
        var logs = new EndedLogs(1_000_000, fixture.Clock);
        var run = await EndedAsync();
        logs.Add(run);

        logs.Find(run.Id, run.UserId).Should().BeSameAs(run.Log);
        logs.Find(run.Id, new Domain.Ids.UserId(Guid.CreateVersion7())).Should().BeNull();
        fixture.Clock.Advance(EndedLogs.Retention);
        logs.Sweep();
        logs.Find(run.Id, run.UserId).Should().BeNull();
    }

    [Test]
    public async Task BeyondTheBound_TheOldestGoes()
    {
        var runs = new[] { await EndedAsync(), await EndedAsync(), await EndedAsync() };
        var logs = new EndedLogs(runs.Skip(1).Sum(run => run.Log.Size), fixture.Clock);

        foreach (var run in runs)
            logs.Add(run);

        runs.Select(run => logs.Find(run.Id, run.UserId) is not null).Should().Equal(false, true, true);
    }

    [Test]
    public async Task WhatIsRemoved_MakesRoom()
    {
        var (first, second, third) = (await EndedAsync(), await EndedAsync(), await EndedAsync());
        var logs = new EndedLogs(first.Log.Size + second.Log.Size, fixture.Clock);
        logs.Add(first);
        logs.Add(second);

        logs.Remove(second.Id);
        logs.Add(third);

        new[] { first, second, third }.Select(run => logs.Find(run.Id, run.UserId) is not null).Should().Equal(true, false, true);
    }

    private static async Task<CompletionRun> EndedAsync()
    {
        using var one = new RunnerFixture();
        one.Model.Says("Hello").Ends();
        var run = (await one.StartAsync(one.Ask() with { Stream = true })).Value;
        await RunnerFixture.EndOfAsync(run);
        return run;
    }
}
