using CleanLlm.Application.Completions;
using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Testing;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>What happens before the tokens of a large prompt are counted. Large is from 1,024 characters on; ten of them are a token at least.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class LargePromptTests : IDisposable
{
    private static readonly string Large = new('x', 2000);

    private readonly RunnerFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    [TestCase(QuotaMetric.Tokens, QuotaWindow.Day, 1000, 900, "quota.exceeded")]
    [TestCase(QuotaMetric.Requests, QuotaWindow.Minute, 3, 3, "quota.exceeded")]
    public async Task Start_WhenALimitIsSpent_IsRefusedUncounted(QuotaMetric metric, QuotaWindow window, long amount, long used, string code)
    {
        fixture.Plan = RunnerFixture.PlanOf([new PlanLimit(metric, window, amount)]);
        fixture.Store.Used = used;

        var started = await fixture.StartAsync(fixture.Ask(Large) with { Model = "large" });

        started.Error.Should().BeEquivalentTo(new { Code = code });
        fixture.Counted.Should().BeEmpty();
        fixture.Store.Demands.Should().BeEmpty();
    }

    [Test]
    public async Task Start_WhenAsManyRunAsMay_IsRefusedUncounted()
    {
        fixture.Plan = AtOnce(1);
        fixture.Store.Used = 1;

        (await fixture.StartAsync(fixture.Ask(Large) with { Model = "large" })).Error!.Code.Should().Be("rate_limit.exceeded");

        fixture.Counted.Should().BeEmpty();
    }

    [Test]
    public async Task Start_WhenTheLimitsMayHaveRoom_IsCounted_AndAdmissionDecides()
    {
        fixture.Plan = RunnerFixture.PlanOf([new PlanLimit(QuotaMetric.Tokens, QuotaWindow.Day, 1000)]);
        fixture.Store.Used = 700;

        (await fixture.StartAsync(fixture.Ask(Large) with { Model = "large" })).Error!.Code.Should().Be("quota.exceeded");

        fixture.Counted.Should().Equal(Large);
        fixture.Store.Demands.Should().ContainSingle();
    }

    [Test]
    public async Task Start_WithASmallPrompt_TakesNoLook()
    {
        fixture.Plan = RunnerFixture.PlanOf([new PlanLimit(QuotaMetric.Tokens, QuotaWindow.Day, 1000)]);
        fixture.Store.Used = 1000;

        (await fixture.StartAsync(fixture.Ask(new string('x', 900)) with { Model = "large" })).Error!.Code.Should().Be("quota.exceeded");

        fixture.Store.Looks.Should().Be(0);
        fixture.Store.Demands.Should().ContainSingle();
    }

    [Test]
    public async Task Start_WhenThePromptCannotFit_IsRefusedByItsLengthAlone()
    {
        var started = await fixture.StartAsync(fixture.Ask(new string('x', 20_000)) with { Model = "small" });

        started.Error!.Code.Should().Be("prompt.too_long");
        fixture.Counted.Should().BeEmpty();
        fixture.Store.Looks.Should().Be(0);
    }

    [Test]
    public async Task Start_WhenOnlyWhatOthersHoldIsInTheWay_IsCounted_AsThatIsWaitedFor()
    {
        fixture.Value = new CompletionOptions { QuotaWaitSeconds = 0 };
        fixture.Plan = RunnerFixture.PlanOf([new PlanLimit(QuotaMetric.Tokens, QuotaWindow.Day, 5000)]);
        fixture.Store.Reserved = 5000;

        (await fixture.StartAsync(fixture.Ask(Large) with { Model = "large" })).Error!.Code.Should().Be("quota.reserved");

        fixture.Counted.Should().Equal(Large);
    }

    [Test]
    public async Task Start_InAChat_WhenAnAnswerRuns_LeavesItToAdmissionToNameIt()
    {
        fixture.Plan = AtOnce(1);
        fixture.Store.Used = 1;
        fixture.Conversation = new Conversation(Model: "large", SystemPrompt: null, ParentId: null, Messages: []);
        var busy = ChatErrors.Busy(CompletionId.New(fixture.Clock.GetUtcNow()));
        fixture.Store.OnAdmit = _ => busy;

        var started = await fixture.StartAsync(fixture.Ask(Large) with { ChatId = ChatId.New(fixture.Clock.GetUtcNow()) });

        started.Error.Should().Be(busy);
    }

    [Test]
    public async Task Start_WhenTooManyWaitToBeCounted_IsBusy_AndTheOneThatWaitsIsCountedInItsTurn()
    {
        fixture.Model.Ends();
        var turn = (await fixture.CountingGate.EnterAsync(UserId.New(fixture.Clock.GetUtcNow()), default)).Value;
        var first = fixture.StartAsync(fixture.Ask(Large) with { Model = "large" });
        first.IsCompleted.Should().BeFalse();

        (await fixture.StartAsync(fixture.Ask(Large) with { Model = "large" })).Error.Should().Be(CompletionErrors.PromptsBusy);
        fixture.Counted.Should().BeEmpty();
        turn.Dispose();

        (await first.WaitAsync(Patience.Limit)).IsSuccess.Should().BeTrue();
        fixture.CountingGate.Waiting.Should().Be(0);
    }

    [Test]
    public async Task Start_WhileLargePromptsWaitToBeCounted_SmallOnesPass()
    {
        using var narrow = new RunnerFixture(admissionsAtOnce: 2);
        narrow.Model.Ends();
        var turn = (await narrow.CountingGate.EnterAsync(UserId.New(narrow.Clock.GetUtcNow()), default)).Value;
        var large = Enumerable.Range(0, 3)
            .Select(_ => narrow.StartAsync(narrow.Ask(Large) with { Model = "large", UserId = UserId.New(narrow.Clock.GetUtcNow()) }))
            .ToList();
        narrow.CountingGate.Waiting.Should().Be(3);

        (await narrow.StartAsync(narrow.Ask()).WaitAsync(Patience.Limit)).IsSuccess.Should().BeTrue();

        large.Should().OnlyContain(start => !start.IsCompleted);
        turn.Dispose();
        foreach (var start in large)
            (await start.WaitAsync(Patience.Limit)).IsSuccess.Should().BeTrue();
        await narrow.Gate.CloseAsync().WaitAsync(Patience.Limit);
    }

    [Test]
    public async Task Foresee_WhenACrashedInstanceHoldsWhatIsMissing_ClosesThatFirst()
    {
        var limit = new PlanLimit(QuotaMetric.Requests, QuotaWindow.Day, 1);
        var stale = Completion.Start(new CompletionStart(fixture.UserId, Turn: null, RunnerFixture.Small, "x", 1, [], Store: true), fixture.Clock.GetUtcNow());
        stale.Hold(Reservation.For([limit], new QuotaDemand(1, 1, LengthIsSet: true, RunnerFixture.Small.Price), 1, fixture.Clock.GetUtcNow()), fixture.Clock.GetUtcNow());
        fixture.Store.Abandoned.Add(stale);
        fixture.Store.Used = 1;
        fixture.Store.OnClose = _ =>
        {
            fixture.Store.Used = 0;
            return true;
        };

        var least = new QuotaDemand(1, 1, LengthIsSet: true, RunnerFixture.Small.Price);

        (await fixture.Reservations.ForeseeAsync(fixture.UserId, [limit], least, fixture.Clock.GetUtcNow(), default)).Should().BeNull();
        fixture.Store.Looks.Should().Be(2);
    }

    private static Plan AtOnce(int most) =>
        Plan.Create(new PlanTerms("test", IsDefault: true, most, [], MaxOutputTokens: null, []), DateTimeOffset.UnixEpoch).Value;
}
