using CleanLlm.Application.Completions;
using CleanLlm.Application.Completions.Holding;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Testing;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>What is known of those that wait for quota while some come and leave.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class QuotaQueueTests : IDisposable
{
    private static readonly PlanLimit Limit = new(QuotaMetric.Tokens, QuotaWindow.Day, 2_000);

    private readonly RunnerFixture fixture = new() { Plan = RunnerFixture.PlanOf([Limit]) };

    private QuotaPayer Payer => new(fixture.UserId, Key: null);

    private QuotaPayer Other { get; } = new(UserId.New(DateTimeOffset.UnixEpoch), Key: null);

    private Error Reserved => QuotaErrors.Reserved(Limit, fixture.Clock.GetUtcNow());

    public void Dispose() => fixture.Dispose();

    [Test]
    public async Task PausedBeside_IsWhatElseOfTheUserIsPaused()
    {
        var (one, two, others) = (NewId(), NewId(), NewId());
        using var leave = new CancellationTokenSource();
        Task[] waiting =
        [
            WaitAsync(Payer, one, leave.Token), WaitAsync(Payer, two, leave.Token), WaitAsync(Payer, paused: null, leave.Token), WaitAsync(Other, others, leave.Token),
        ];

        fixture.Turns.PausedBeside(fixture.UserId, one).Should().Equal(two);
        fixture.Turns.PausedBeside(fixture.UserId, NewId()).Should().BeEquivalentTo([one, two]);
        fixture.Turns.PausedBeside(Other.User, others).Should().BeEmpty();

        await LeaveAsync(leave, waiting);
        fixture.Turns.PausedBeside(fixture.UserId, one).Should().BeEmpty();
    }

    [Test]
    public async Task TheBoundOnWaitingRequests_CountsThoseThatWaitNow_AndNoAnswerThatRuns()
    {
        fixture.Value = new CompletionOptions { MaxWaiting = 1 };
        using var leave = new CancellationTokenSource();
        var running = WaitAsync(Payer, NewId(), leave.Token);
        var request = WaitAsync(Payer, paused: null, leave.Token);
        fixture.Turns.Waiting.Should().Be(2);
        (await WaitAsync(Other, paused: null)).Error!.Code.Should().Be(QuotaErrors.ReservedCode);
        await LeaveAsync(leave, running, request);

        for (var i = 0; i < 3; i++)
        {
            using var next = new CancellationTokenSource();
            var again = WaitAsync(Payer, paused: null, next.Token);
            fixture.Turns.Waiting.Should().Be(1, "the place of one that left is free");
            (await WaitAsync(Other, paused: null)).Error!.Code.Should().Be(QuotaErrors.ReservedCode, "there is one place");
            await LeaveAsync(next, again);
        }
    }

    [Test]
    public async Task AQueueThatIsEmpty_HoldsUpNoNewcomer()
    {
        using var leave = new CancellationTokenSource();
        using var last = new CancellationTokenSource();
        var waiting = WaitAsync(Payer, paused: null, leave.Token);
        var other = WaitAsync(Other, paused: null, last.Token);
        fixture.Turns.RefusalBefore(Payer, isRunning: false)!.Code.Should().Be(QuotaErrors.ReservedCode);

        await LeaveAsync(leave, waiting);

        fixture.Turns.RefusalBefore(Payer, isRunning: false).Should().BeNull();
        fixture.Turns.RefusalBefore(Other, isRunning: false)!.Code.Should().Be(QuotaErrors.ReservedCode);
        fixture.Turns.Release(fixture.UserId);
        await LeaveAsync(last, other);
    }

    [Test]
    public async Task TheFirst_TriesAtIntervals_ForRoomThatIsMadeElsewhere()
    {
        var tries = 0;
        var waiting = fixture.Turns.WaitAsync(Payer, paused: null, Reserved, TryAsync, default);

        await Waits.PassAsync(fixture, () => waiting.IsCompleted);

        (await waiting).Error!.Code.Should().Be("quota.reserved");
        tries.Should().BeGreaterThan(5, "it waits for five seconds and tries every 250 ms");

        Task<Result<string>> TryAsync(CancellationToken ct)
        {
            tries++;
            return Task.FromResult<Result<string>>(Reserved);
        }
    }

    [Test]
    public async Task ALookAhead_LooksOnce_WhereNothingWasAbandoned()
    {
        fixture.Store.Used = 2_000;
        var least = new QuotaDemand(10, 10, LengthIsSet: false, TokenPrice.Free);

        (await fixture.Reservations.ForeseeAsync(fixture.UserId, [Limit], least, fixture.Clock.GetUtcNow(), default))!.Code.Should().Be("quota.exceeded");

        fixture.Store.Looks.Should().Be(1);
    }

    private CompletionId NewId() => CompletionId.New(fixture.Clock.GetUtcNow());

    // It never finds room.
    private Task<Result<string>> WaitAsync(QuotaPayer payer, CompletionId? paused, CancellationToken ct = default) =>
        fixture.Turns.WaitAsync(payer, paused, Reserved, _ => Task.FromResult<Result<string>>(Reserved), ct);

    private static async Task LeaveAsync(CancellationTokenSource leave, params Task[] waiting)
    {
        await leave.CancelAsync();
        foreach (var task in waiting)
            await task.Awaiting(left => left.WaitAsync(Patience.Limit)).Should().ThrowAsync<OperationCanceledException>();
    }
}
