using CleanLlm.Domain.Models;
using CleanLlm.Domain.Quotas;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>How long an answer may be: what the caller, model, plan, window and quota say about it at admission.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class AnswerBoundTests : IDisposable
{
    private static readonly PlanLimit TokensADay = new(QuotaMetric.Tokens, QuotaWindow.Day, 60);

    private readonly RunnerFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    [Test]
    public async Task Start_WhenLittleIsLeft_AsksTheModelForNoMoreThanWasReserved()
    {
        fixture.Plan = RunnerFixture.PlanOf([TokensADay]);
        fixture.Model.Says("hi");

        var run = (await fixture.StartAsync(fixture.Ask())).Value;
        var admitted = run.Limits;
        fixture.Model.Ends();
        await RunnerFixture.EndOfAsync(run);

        // "hello" is 5 tokens, framed by 4 and 3: of 60 there are 48 left.
        fixture.Model.Calls.Should().ContainSingle().Which.Options!.MaxOutputTokens.Should().Be(48);
        admitted.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Limit = 60, Used = 0m, Reserved = 60m, Remaining = 0m });
        run.Limits.Should().ContainSingle("what it held is given back").Which.Should().BeEquivalentTo(
            new { Limit = 60, Used = 14m, Reserved = 0m, Remaining = 46m });
    }

    [Test]
    public async Task Start_WhenTheCallerSetMoreThanTheBudgetHas_HoldsAndAllowsAllThatIsLeft()
    {
        fixture.Plan = RunnerFixture.PlanOf([TokensADay]);
        fixture.Model.Says("hi").Ends();

        await fixture.CompleteAsync(fixture.Ask() with { MaxTokens = 49 });

        fixture.Store.Demands.Should().ContainSingle().Which.Should().BeEquivalentTo(new { PromptTokens = 12, MaxCompletionTokens = 49, LengthIsSet = true });
        fixture.Model.Calls.Should().ContainSingle().Which.Options!.MaxOutputTokens.Should().Be(48);
    }

    [Test]
    public async Task Start_WithALengthSet_HoldsItWhole([Values] bool takesShorter)
    {
        fixture.Plan = RunnerFixture.PlanOf([TokensADay with { Amount = 2_000 }]);
        fixture.Model.Says("hi").Ends();

        await fixture.CompleteAsync(fixture.Ask() with { Model = "large", MaxTokens = 800, TakesShorter = takesShorter });

        fixture.Store.Closings.Should().ContainSingle().Which.Released.Should().BeEquivalentTo(new { CompletionTokens = 800, Bound = 800 });
        fixture.Model.WholeCalls.Should().Be(1, "there is nothing to watch");
    }

    [TestCase(101, null, 100)]
    [TestCase(32_000, null, 100)]
    [TestCase(60, 50, 50)]
    [TestCase(40, 50, 40)]
    public async Task Start_WhenAShorterAnswerWillDo_LowersTheBound(int wanted, int? planMaximum, int sent)
    {
        fixture.Plan = RunnerFixture.PlanOf([], planMaximum);
        fixture.Model.Says("hi").Ends();

        await fixture.CompleteAsync(fixture.Ask() with { MaxTokens = wanted, TakesShorter = true });

        fixture.Model.Calls.Should().ContainSingle().Which.Options!.MaxOutputTokens.Should().Be(sent);
    }

    [Test]
    public async Task Start_WhenAShorterAnswerWillDo_FitsItToWhatThePromptLeaves()
    {
        fixture.Model.Says("hi").Ends();

        await fixture.CompleteAsync(fixture.Ask(new string('x', 960)) with { MaxTokens = 100, TakesShorter = true });

        // 960 characters, framed by 4 and 3: of 1,000 there are 33 left.
        fixture.Model.Calls.Should().ContainSingle().Which.Options!.MaxOutputTokens.Should().Be(33);
        (await fixture.StartAsync(fixture.Ask(new string('x', 993)) with { MaxTokens = 100, TakesShorter = true })).Error!.Code.Should().Be("prompt.too_long");
        (await fixture.StartAsync(fixture.Ask(new string('x', 960)) with { MaxTokens = 100 })).Error!.Code.Should().Be("prompt.too_long");
    }

    [Test]
    public async Task Start_WhenAShorterAnswerWillDo_TakesWhatTheQuotaLeaves()
    {
        fixture.Plan = RunnerFixture.PlanOf([TokensADay]);
        fixture.Model.Says("hi").Ends();

        await fixture.CompleteAsync(fixture.Ask() with { MaxTokens = 32_000, TakesShorter = true });

        fixture.Model.Calls.Should().ContainSingle().Which.Options!.MaxOutputTokens.Should().Be(48);
    }

    [Test]
    public async Task Start_OfAModelOfUnknownLength_HoldsAndAllowsWhatThePromptLeavesOfItsWindow()
    {
        var open = new Model("open", "Open", "upstream", ContextWindow: 5_000, MaxOutputTokens: 5_000, TokenPrice.Free) { IsLengthUnknown = true };
        fixture.More = [open];
        fixture.Substitutes = [RunnerFixture.Small];
        fixture.Model.Says("hi").Ends();

        await fixture.CompleteAsync(fixture.Ask() with { Model = "open" });

        fixture.Store.Demands.Should().ContainSingle().Which.Should().BeEquivalentTo(
            new { PromptTokens = 12, MaxCompletionTokens = 4_988, LengthIsSet = false });
        var call = fixture.Model.Routed.Should().ContainSingle().Which;
        call.PromptTokens.Should().Be(12);
        call.Candidates.Should().Equal([open, RunnerFixture.Small], "a smaller window does for the prompt and a good answer");
    }
}
