using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Application.Prompting;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Prompting;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>Which model a request gets, and which may stand in for it.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ModelSelectionTests : IDisposable
{
    private readonly RunnerFixture fixture = new(promptSteps: [new Refusing()]);

    public void Dispose() => fixture.Dispose();

    [Test]
    public async Task AModelForEmbeddings_AnswersNothing()
    {
        fixture.More = [RunnerFixture.Small with { Id = "vectors", IsEmbedding = true }];

        (await fixture.StartAsync(fixture.Ask() with { Model = "vectors" })).Error.Should().BeEquivalentTo(CompletionErrors.NoChat("vectors"));
    }

    [Test]
    public async Task APlan_ThatAllowsNoModelThatThereIs_IsToldTheFirst()
    {
        fixture.Plan = RunnerFixture.PlanOf([], maxOutputTokens: null, "elsewhere");

        (await fixture.StartAsync(fixture.Ask())).Error.Should().BeEquivalentTo(QuotaErrors.ModelNotInPlan("small"));
    }

    [Test]
    public async Task TheModelThatARequestNames_IsTaken_AndNotThatOfItsChat()
    {
        fixture.Conversation = new Conversation(Model: "large", SystemPrompt: null, ParentId: null, Messages: []);
        fixture.Model.Says("Hello").Ends();
        var asked = fixture.Ask() with { ChatId = Domain.Ids.ChatId.New(fixture.Clock.GetUtcNow()), Model = "small" };

        var run = (await fixture.StartAsync(asked)).Value;

        run.Call.Candidates[0].Id.Should().Be("small");
        run.EarlierAnswers.Should().BeEmpty("the question is a new one");
        await RunnerFixture.EndOfAsync(run);
    }

    // A quarter of the window is a good answer; the prompt has 12 tokens.
    [TestCase(null, 15, true)]
    [TestCase(null, 14, false)]
    [TestCase(10, 22, true)]
    [TestCase(10, 21, false)]
    public async Task AStandInOfUnknownLength_NeedsRoomForAGoodAnswer_OrForTheOneThatWasAskedFor(int? wanted, int window, bool isTaken)
    {
        fixture.Substitutes = [RunnerFixture.Small with { Id = "open", ContextWindow = window, MaxOutputTokens = window, IsLengthUnknown = true }];
        fixture.Model.Ends();

        var run = (await fixture.StartAsync(fixture.Ask() with { Model = "small", MaxTokens = wanted })).Value;

        run.Call.Candidates.Any(model => model.Id == "open").Should().Be(isTaken);
        await RunnerFixture.EndOfAsync(run);
    }

    [Test]
    public async Task ACostlyStep_ThatRefuses_IsTheAnswer_AndNothingIsReserved([Values(10, 1_024)] int length)
    {
        fixture.Plan = RunnerFixture.PlanOf([new PlanLimit(QuotaMetric.Tokens, QuotaWindow.Day, 100_000)]);
        var started = await fixture.StartAsync(fixture.Ask("forbidden".PadRight(length, '.')) with { Model = "large" });

        started.Error!.Code.Should().Be("test.refused");
        fixture.Store.Demands.Should().BeEmpty();
        fixture.Store.Looks.Should().Be(length < 1_024 ? 0 : 1, "a prompt of that length is a large one");
    }

    [Test]
    public async Task ARequest_IsToldItsLimits_AndARepetitionNone()
    {
        fixture.Plan = RunnerFixture.PlanOf([new PlanLimit(QuotaMetric.Requests, QuotaWindow.Day, 5)]);
        fixture.Model.Ends();

        var started = (await fixture.Runner.StartAsync(fixture.Ask(), default)).Value;

        started.Limits.Should().ContainSingle();
        (started with { Run = null }).Limits.Should().BeEmpty();
        await RunnerFixture.EndOfAsync(started.Run!);
    }

    private sealed class Refusing : IPromptStep
    {
        public bool IsCostly => true;

        public ValueTask<Result<PromptDraft>> ApplyAsync(PromptDraft draft, PromptContext context, StepMode mode, CancellationToken ct) => ValueTask.FromResult<Result<PromptDraft>>(
            draft.Question.StartsWith("forbidden", StringComparison.Ordinal) ? Error.Invalid("prompt", "No.") with { Code = "test.refused" } : draft);
    }
}
