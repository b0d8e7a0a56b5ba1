using CleanLlm.Application.Callers;
using CleanLlm.Application.Completions;
using CleanLlm.Application.Completions.Holding;
using CleanLlm.Application.Completions.Running;
using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Testing;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>Requests that only the holds of others delay. There are two places in the gate, and no waiting request holds one.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class QuotaTurnTests : IDisposable
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(5);

    private readonly RunnerFixture fixture = new(admissionsAtOnce: 1)
    {
        Plan = RunnerFixture.PlanOf([new PlanLimit(QuotaMetric.Tokens, QuotaWindow.Minute, 2_000)]),
    };

    private QuotaPayer Payer => new(fixture.UserId, Key: null);

    private Error Reserved => QuotaErrors.Reserved(new PlanLimit(QuotaMetric.Tokens, QuotaWindow.Day, 1), fixture.Clock.GetUtcNow());

    public void Dispose() => fixture.Dispose();

    [Test]
    public async Task ARequest_WaitsForWhatOthersHold_AndIsThenToldSo()
    {
        fixture.Store.Reserved = 2_000;
        var since = fixture.Clock.GetUtcNow();
        var started = await WaitingAsync();

        await Waits.PassAsync(fixture, () => started.IsCompleted);

        (fixture.Clock.GetUtcNow() - since).Should().BeGreaterThanOrEqualTo(Wait);
        var refusal = (await started.WaitAsync(Patience.Limit)).Error!;
        refusal.Should().BeEquivalentTo(new { Kind = ErrorKind.LimitExceeded, Code = "quota.reserved", RetryAfter = TimeSpan.FromSeconds(5) });
        refusal.Limit!.Limit.Should().Be(2_000);
        fixture.Turns.Waiting.Should().Be(0);
        await fixture.Gate.CloseAsync().WaitAsync(Patience.Limit);
    }

    [Test]
    public async Task ARequest_IsAdmittedAsSoonAsACompletionOfItsUserEndsHere()
    {
        fixture.Model.Says("hi");
        var first = (await fixture.StartAsync(fixture.Ask())).Value;
        fixture.Store.Reserved = 2_000;
        var started = await WaitingAsync();
        var before = fixture.Clock.GetUtcNow();

        fixture.Store.Reserved = 0;
        fixture.Model.Ends();
        await RunnerFixture.EndOfAsync(first);

        (await started.WaitAsync(Patience.Limit)).IsSuccess.Should().BeTrue();
        fixture.Clock.GetUtcNow().Should().Be(before);
        await RunnerFixture.EndOfAsync(started.Result.Value);
    }

    [Test]
    public async Task ARequest_FindsRoomThatWasMadeElsewhere_AndBeginsThen()
    {
        fixture.Model.Says("hi").Ends();
        fixture.Store.Reserved = 2_000;
        var started = await WaitingAsync();
        var asked = fixture.Clock.GetUtcNow();

        fixture.Store.Reserved = 0;
        await Waits.PassAsync(fixture, () => started.IsCompleted);

        (await started.WaitAsync(Patience.Limit)).IsSuccess.Should().BeTrue();
        fixture.Store.Admitted.Should().ContainSingle().Which.CreatedAt.Should().BeAfter(asked, "its lease and its periods are those of the moment");
        await RunnerFixture.EndOfAsync(started.Result.Value);
    }

    [Test]
    public async Task ARequest_WaitsNoLonger_WhenTheBudgetIsUsedMeanwhile()
    {
        fixture.Store.Reserved = 2_000;
        var started = await WaitingAsync();

        (fixture.Store.Reserved, fixture.Store.Used) = (0, 2_000);
        fixture.Turns.Release(fixture.UserId);

        (await started.WaitAsync(Patience.Limit)).Error!.Code.Should().Be("quota.exceeded");
    }

    [Test]
    public async Task Requests_TakeTheirTurnsInTheOrderTheyCame()
    {
        var order = new List<string>();
        fixture.Store.OnAdmit = completion =>
        {
            order.Add(completion.Prompt!);
            return null;
        };
        fixture.Store.Reserved = 2_000;
        var first = await WaitingAsync("first");
        var second = await WaitingAsync("second");
        fixture.Store.Reserved = 0;
        // It would find room at once, but two came before it.
        var third = await WaitingAsync("third");
        order.Clear();

        fixture.Turns.Release(fixture.UserId);
        foreach (var started in new[] { first, second, third })
            (await started.WaitAsync(Patience.Limit)).IsSuccess.Should().BeTrue();

        order.Should().Equal("first", "second", "third");
        fixture.Model.Ends();
    }

    [Test]
    public async Task Requests_OfAKeyWithItsOwnLimit_DoNotWaitBehindThoseOfItsUser()
    {
        fixture.Store.Reserved = 2_000;
        var waits = await WaitingAsync();
        fixture.Store.Reserved = 0;
        var limit = new PlanLimit(QuotaMetric.Tokens, QuotaWindow.Month, 5_000) { Key = ApiKeyId.New(fixture.Clock.GetUtcNow()) };
        var key = new ApiKeyAccess(limit.Key.Value, fixture.UserId, ApiKeyScopes.Completions, limit);

        (await fixture.StartAsync(fixture.Ask() with { Key = key })).IsSuccess.Should().BeTrue();

        waits.IsCompleted.Should().BeFalse();
        fixture.Turns.Release(fixture.UserId);
        (await waits.WaitAsync(Patience.Limit)).IsSuccess.Should().BeTrue();
        fixture.Model.Ends();
    }

    [Test]
    public async Task WorkThatNobodyWaitsFor_DoesNotWaitEither()
    {
        fixture.Store.Reserved = 2_000;

        (await fixture.StartAsync(fixture.Ask() with { IsBackground = true })).Error!.Code.Should().Be("quota.reserved");

        var waits = await WaitingAsync();
        fixture.Store.Reserved = 0;
        (await fixture.StartAsync(fixture.Ask() with { IsBackground = true })).Error!.Code.Should().Be("quota.reserved", "somebody waits for the room there is");
        fixture.Turns.Release(fixture.UserId);
        (await waits.WaitAsync(Patience.Limit)).IsSuccess.Should().BeTrue();
        fixture.Model.Ends();
    }

    [Test]
    public async Task ACallerWhoLeaves_WaitsNoMore_AndHoldsNothing()
    {
        using var caller = new CancellationTokenSource();
        fixture.Store.Reserved = 2_000;
        var started = await WaitingAsync(ct: caller.Token);
        var behind = await WaitingAsync();

        await caller.CancelAsync();

        await started.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();
        fixture.Turns.Waiting.Should().Be(1);
        fixture.Store.Reserved = 0;
        fixture.Turns.Release(fixture.UserId);
        (await behind.WaitAsync(Patience.Limit)).IsSuccess.Should().BeTrue("its turn has come");
        fixture.Store.Admitted.Should().ContainSingle();
        fixture.Model.Ends();
    }

    [Test]
    public async Task WhenTheProcessLeaves_TheWaitIsOver()
    {
        fixture.Store.Reserved = 2_000;
        var first = await WaitingAsync();
        var second = await WaitingAsync();

        await fixture.Gate.CloseAsync().WaitAsync(Patience.Limit);
        await Waits.PassAsync(fixture, () => second.IsCompleted);

        (await first.WaitAsync(Patience.Limit)).Error.Should().Be(CompletionErrors.Stopping);
        (await second.WaitAsync(Patience.Limit)).Error.Should().Be(CompletionErrors.Stopping);
    }

    [Test]
    public async Task OnlySoManyOfOnePayerWait_AndOnlySoManyAtAll()
    {
        fixture.Value = new CompletionOptions { MaxWaiting = 33 };
        fixture.Store.Reserved = 2_000;
        List<Task<Result<CompletionRun>>> waiting = [];
        for (var i = 0; i < 32; i++)
            waiting.Add(await WaitingAsync());

        (await fixture.StartAsync(fixture.Ask())).Error!.Code.Should().Be("quota.reserved");
        var other = UserId.New(fixture.Clock.GetUtcNow());
        waiting.Add(await WaitingAsync(user: other));
        (await fixture.StartAsync(fixture.Ask() with { UserId = other })).Error!.Code.Should().Be("quota.reserved");

        await Waits.PassAsync(fixture, () => waiting.TrueForAll(started => started.IsCompleted));
        foreach (var started in waiting)
            (await started.WaitAsync(Patience.Limit)).IsSuccess.Should().BeFalse();
        fixture.Turns.Waiting.Should().Be(0);
    }

    [Test]
    public async Task AnAnswerThatRuns_IsPaused_HoweverManyRequestsWait()
    {
        fixture.Value = new CompletionOptions { MaxWaiting = 1 };
        fixture.Store.Reserved = 2_000;
        var request = await WaitingAsync();

        var running = fixture.Turns.WaitAsync(Payer, CompletionId.New(fixture.Clock.GetUtcNow()), Reserved, _ => Task.FromResult<Result<string>>("grown"), default);

        fixture.Turns.Waiting.Should().Be(2);
        fixture.Turns.Release(fixture.UserId);
        (await running.WaitAsync(Patience.Limit)).Value.Should().Be("grown");
        await Waits.PassAsync(fixture, () => request.IsCompleted);
        await request;
    }

    [Test]
    public async Task ATurn_EndsWithOneTryAfterItsTime_HoweverOftenThereMayBeRoom()
    {
        var tries = 0;
        var turn = fixture.Turns.WaitAsync(Payer, paused: null, Reserved, TryAsync, default);

        fixture.Turns.Release(fixture.UserId);

        (await turn.WaitAsync(Patience.Limit)).Error!.Code.Should().Be("quota.reserved");
        tries.Should().Be(2);

        Task<Result<string>> TryAsync(CancellationToken ct)
        {
            tries++;
            fixture.Clock.Advance(2 * Wait);
            fixture.Turns.Release(fixture.UserId);
            return Task.FromResult<Result<string>>(Reserved);
        }
    }

    [Test]
    public async Task WhereNothingIsToBeWaitedFor_TheRefusalComesAtOnce()
    {
        fixture.Value = new CompletionOptions { QuotaWaitSeconds = 0 };
        fixture.Store.Reserved = 2_000;

        (await fixture.StartAsync(fixture.Ask())).Error!.Code.Should().Be("quota.reserved");
    }

    [Test]
    public async Task AnAnswerThatRuns_ComesBeforeRequestsThatHaveNotBegun()
    {
        var order = new List<string>();
        var request = WaitAsync("request", isRunning: false);
        var running = WaitAsync("running", isRunning: true);
        var later = WaitAsync("running later", isRunning: true);

        fixture.Turns.RefusalBefore(Payer, isRunning: true).Should().BeEquivalentTo(Reserved);
        fixture.Turns.Release(fixture.UserId);
        await Task.WhenAll(request, running, later).WaitAsync(Patience.Limit);

        order.Should().Equal("running", "running later", "request");

        Task<Result<string>> WaitAsync(string name, bool isRunning) => fixture.Turns.WaitAsync(
            Payer,
            isRunning ? CompletionId.New(fixture.Clock.GetUtcNow()) : null,
            Reserved,
            _ =>
            {
                order.Add(name);
                return Task.FromResult<Result<string>>(name);
            },
            default);
    }

    private async Task<Task<Result<CompletionRun>>> WaitingAsync(string prompt = "hello", UserId? user = null, CancellationToken ct = default)
    {
        var waiting = fixture.Turns.Waiting;
        var started = fixture.StartAsync(fixture.Ask(prompt) with { Model = "large", UserId = user ?? fixture.UserId }, ct);
        await Waits.UntilAsync(() => fixture.Turns.Waiting == waiting + 1);
        return started;
    }
}
