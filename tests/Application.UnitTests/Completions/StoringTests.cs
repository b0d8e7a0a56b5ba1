using CleanLlm.Application.Ai;
using CleanLlm.Application.Completions;
using CleanLlm.Application.Completions.Log;
using CleanLlm.Application.Completions.Running;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Testing;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>How the end of a completion is stored while the database is away.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class StoringTests : IDisposable
{
    private static readonly TimeoutException Away = new("away");

    private readonly RunnerFixture fixture = new();
    private int attempts;
    private int waitsBefore;

    [SetUp]
    public void CountWaits() => waitsBefore = fixture.Clock.ShortWaits;

    public void Dispose() => fixture.Dispose();

    [TestCase(true)]
    [TestCase(false)]
    public async Task AnAnswer_WhoseCommitFails_IsStoredOnceTheDatabaseIsBack_AndToldOnlyThen(bool stream)
    {
        fixture.Plan = RunnerFixture.PlanOf([new PlanLimit(QuotaMetric.Requests, QuotaWindow.Day, 5)]);
        FailTimes(5);
        var run = await AnswerAsync(stream);
        await AttemptsReachAsync(5);
        run.Outcome.IsCompleted.Should().BeFalse();
        (await SeenAsync(run)).Should().NotContain(entry => entry.IsEnding);

        (await EndAsync(run)).Value.Message!.Content.Should().Be("Hello");

        (await fixture.EventsAsync(run))[^1].Should().BeOfType<CompletionFinished>();
        run.Limits.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Used = 1, Reserved = 0 }, "the counters are those after settling");
    }

    [Test]
    public async Task WhileAnAnswerWaitsToBeStored_ItsLeaseIsRenewed_AndACrashWouldKeepTheWholeOfAStream()
    {
        FailTimes(int.MaxValue);
        var run = await AnswerAsync(stream: true);
        await AttemptsReachAsync(1);

        fixture.Clock.Advance(fixture.Value.CheckpointInterval);
        await fixture.Running.CheckpointAsync(default);

        fixture.Store.Checkpoints.Should().ContainSingle().Which.Should().BeEquivalentTo(new { run.Id, Answer = "Hello", CompletionTokens = 5 });
        fixture.Running.IsRunning(run.Id).Should().BeTrue("the sweep of this instance passes it over");
    }

    [Test]
    public async Task OfADocumentThatNobodyWasShown_ACrashLeavesNothing()
    {
        FailTimes(int.MaxValue);
        await AnswerAsync(stream: false);
        await AttemptsReachAsync(1);

        fixture.Clock.Advance(fixture.Value.CheckpointInterval);
        await fixture.Running.CheckpointAsync(default);

        fixture.Store.Checkpoints.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Answer = "", CompletionTokens = 0 });
    }

    [Test]
    public async Task AnAnswer_ThatCannotBeStoredForTooLong_EndsTyped()
    {
        fixture.Value = new CompletionOptions { StoreSeconds = 60 };
        FailTimes(int.MaxValue);
        var since = fixture.Clock.GetUtcNow();

        var ended = await EndAsync(await AnswerAsync(stream: true));

        ended.Error.Should().Be(CompletionErrors.NotStored);
        (fixture.Clock.GetUtcNow() - since).TotalSeconds.Should().BeGreaterThanOrEqualTo(60);
        attempts.Should().BeInRange(10, 30, "the pauses grow");
    }

    [Test]
    public async Task AFault_ThatNoWaitingMends_IsNotTriedAgain()
    {
        fixture.Store.OnClose = _ => throw new InvalidOperationException("a bug");

        (await RunnerFixture.EndOfAsync(await AnswerAsync(stream: true))).Error.Should().Be(CompletionErrors.NotStored);
        fixture.Store.Closings.Should().ContainSingle();
    }

    [Test]
    public async Task AProcessThatStops_GivesStoringAFewSeconds()
    {
        fixture.Value = new CompletionOptions { DrainSeconds = 0 };
        FailTimes(int.MaxValue);
        // The first callback to register runs last: storing knows before this test does.
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var told = fixture.Running.Stopping.UnsafeRegister(static signal => ((TaskCompletionSource)signal!).SetResult(), stopping);
        var run = await AnswerAsync(stream: true);
        await AttemptsReachAsync(1);

        var drain = fixture.Running.DrainAsync(default);
        await stopping.Task.WaitAsync(Patience.Limit);
        fixture.Clock.Advance(TimeSpan.FromSeconds(4.9));
        await Waits.GiveAChanceAsync();
        run.Outcome.IsCompleted.Should().BeFalse("its time is not over");
        fixture.Clock.Advance(TimeSpan.FromSeconds(0.1));

        (await RunnerFixture.EndOfAsync(run)).Error.Should().Be(CompletionErrors.NotStored);
        await drain.WaitAsync(Patience.Limit);
    }

    [TestCase(CompletionStatus.Succeeded, null, true)]
    [TestCase(CompletionStatus.Failed, "completion.interrupted", false)]
    public async Task ACommit_WhoseConfirmationWasLost_CountsOnce_AndOneTheSweepHasClosedIsToldSo(CompletionStatus status, string? code, bool isOurs)
    {
        fixture.Store.OnClose = _ => ++attempts == 1 ? throw Away : false;
        fixture.Model.Says("Hello").Ends();
        var run = (await fixture.StartAsync(fixture.Ask() with { Stream = true })).Value;
        fixture.Stored = CompletionDto.From(fixture.Store.Admitted.Single(), "Hello") with { Status = status, ErrorCode = code };

        var ended = await EndAsync(run);

        if (isOurs)
            ended.Value.Message!.Content.Should().Be("Hello");
        else
            ended.Error.Should().Be(CompletionErrors.Interrupted);
    }

    [Test]
    public async Task AFailure_WhoseConfirmationWasLost_KeepsItsOwnCode()
    {
        fixture.Store.OnClose = _ => ++attempts == 1 ? throw Away : false;
        fixture.Model.Throws(new ProviderException(ProviderFailure.Refused, "away"));
        var run = (await fixture.StartAsync(fixture.Ask() with { Stream = true })).Value;
        fixture.Stored = CompletionDto.From(fixture.Store.Admitted.Single(), "") with { Status = CompletionStatus.Failed, ErrorCode = "provider.unavailable" };

        (await EndAsync(run)).Error!.Code.Should().Be("provider.unavailable");
    }

    private void FailTimes(int times) => fixture.Store.OnClose = _ => ++attempts > times ? true : throw Away;

    private async Task<CompletionRun> AnswerAsync(bool stream)
    {
        fixture.Model.Says("Hello").Ends();
        return (await fixture.StartAsync(fixture.Ask() with { Stream = stream })).Value;
    }

    // A silence ends the reading: what comes is there at once.
    private async Task<IReadOnlyList<CompletionEvent>> SeenAsync(CompletionRun run)
    {
        await using var reader = run.Log.OpenReader(0, TimeSpan.FromHours(1), fixture.Clock, default);
        return [.. (await reader.NextAsync()).Events];
    }

    private async Task<Result<CompletionDto>> EndAsync(CompletionRun run)
    {
        await PassAsync(() => run.Outcome.IsCompleted);
        return await run.Outcome;
    }

    private Task AttemptsReachAsync(int count) => PassAsync(() => attempts >= count);

    private async Task PassAsync(Func<bool> condition)
    {
        using var deadline = Patience.Deadline();
        while (!condition())
        {
            deadline.Token.ThrowIfCancellationRequested();
            // A pause follows each attempt that failed; before it has begun there is nothing to wait for.
            if (Volatile.Read(ref attempts) is > 0 and var failed && fixture.Clock.ShortWaits - waitsBefore >= failed)
                fixture.Clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }
    }
}
