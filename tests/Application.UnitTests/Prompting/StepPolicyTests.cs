using CleanLlm.Application.Answers;
using CleanLlm.Application.Prompting;
using CleanLlm.Application.Prompting.Policies;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Prompting;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.UnitTests.Prompting;

/// <summary>How steps are set, and what comes of what they notice.</summary>
internal sealed class StepPolicyTests
{
    private static readonly StepPolicy Word = new("word", StepMode.Flag, StepMode.Block);

    [TestCase(null, null, "flag")]
    [TestCase("block", null, "block")]
    [TestCase("block", "flag", "flag")]
    [TestCase(null, "block", "block")]
    [TestCase("off", null, null)]
    [TestCase("block", "off", null)]
    public async Task AStep_DoesWhatThePlanSays_ElseTheConfiguration_ElseWhatItDoesByItself(string? configured, string? plan, string? done)
    {
        var pipeline = new PromptPipeline([new WordStep()], Policies(configured), Drafts.Metrics());

        var outcome = await pipeline.PrepareAsync(Drafts.Of("hello"), ContextOf(plan), CancellationToken.None);

        if (done == "block")
        {
            outcome.Error.Should().BeEquivalentTo(new { Kind = ErrorKind.Invalid, Code = "prompt.refused" });
            outcome.Error!.Fields["prompt"].Should().Equal("The prompt was refused by a rule of this service: word (hello, again).");
        }
        else
        {
            outcome.Value.Findings.Select(finding => finding.Action).Should().Equal(done is null ? [] : [StepMode.Flag, StepMode.Flag]);
        }
    }

    [Test]
    public async Task AStepWithoutAPolicy_AlwaysRuns()
    {
        var pipeline = new PromptPipeline([new Unset()], Policies("off"), Drafts.Metrics());

        var outcome = await pipeline.PrepareAsync(Drafts.Of("hello"), ContextOf("off"), CancellationToken.None);

        outcome.Value.Findings.Should().ContainSingle().Which.Code.Should().Be("Block");
    }

    [Test]
    public async Task StepsThatCostMuch_RunInTheSecondHalfOnly()
    {
        var pipeline = new PromptPipeline([new WordStep(), new CostlyStep()], Policies(null), Drafts.Metrics());

        var prepared = (await pipeline.PrepareAsync(Drafts.Of("hello"), Drafts.Context, CancellationToken.None)).Value;
        prepared.Findings.Select(finding => finding.Step).Should().Equal("word", "word");
        (await pipeline.ReadAsync(prepared, Drafts.Context, CancellationToken.None)).Value.Findings.Select(finding => finding.Step).Should().Equal("word", "word", "costly");
    }

    [TestCase("word", StepMode.Redact, "The step 'word' can be off, flag, block.")]
    [TestCase("wrod", StepMode.Flag, "There is no step 'wrod'; the steps are word.")]
    [TestCase("Word", StepMode.Flag, "There is no step 'Word'; the steps are word.")]
    [TestCase("word", StepMode.Block, null)]
    [TestCase("word", StepMode.Off, null)]
    [TestCase("word", StepMode.Flag, null)]
    public void ASetting_OfAnUnknownStep_OrAModeItHasNot_IsAFault(string step, StepMode mode, string? fault) =>
        Policies(null).Fault(new StepSetting(step, mode)).Should().Be(fault);

    [TestCase("word", "word", "Prompting:Steps: the step 'word' is set twice.")]
    [TestCase("word", "other", "Prompting:Steps:1: There is no step 'other'; the steps are word.")]
    [TestCase("word", null, null)]
    public void TheConfiguration_IsRefused_ForTheSame(string first, string? second, string? fault)
    {
        StepSettingOptions[] steps = [.. new[] { first, second }.OfType<string>().Select(step => new StepSettingOptions { Step = step, Mode = StepMode.Flag })];

        new StepSettingRules([Word]).Validate(null, [.. steps]).FailureMessage.Should().Be(fault);
    }

    [TestCase(null, "flag")]
    [TestCase("block", "block")]
    [TestCase("off", "")]
    public void AStepOfAnswers_IsSetTheSameWay(string? plan, string shown)
    {
        var steps = new AnswerSteps([new WordStep()], Policies(null));
        var context = new AnswerContext(UserId.New(DateTimeOffset.UnixEpoch)) { Settings = Settings(plan) };

        steps.Begin(AnswerStrand.Text, context).Push("").Should().Be("");
        steps.Begin(AnswerStrand.Text, context).Push("x").Should().Be(shown.Length == 0 ? "x" : shown);
    }

    private static StepPolicies Policies(string? configured) => Drafts.Policies(
        [Word], [.. Settings(configured).Select(setting => new StepSettingOptions { Step = setting.Step, Mode = setting.Mode })]);

    private static PromptContext ContextOf(string? mode) => Drafts.Context with
    {
        Plan = Plan.Create(Drafts.Context.Plan.Terms with { Steps = Settings(mode) }, DateTimeOffset.UnixEpoch).Value,
    };

    private static StepSetting[] Settings(string? mode) => mode is null ? [] : [new("other", StepMode.Off), new("word", Enum.Parse<StepMode>(mode, ignoreCase: true))];

    private sealed class WordStep : IPromptStep, IAnswerStep
    {
        public StepPolicy Policy => Word;

        public ValueTask<Result<PromptDraft>> ApplyAsync(PromptDraft draft, PromptContext context, StepMode mode, CancellationToken ct) =>
            ValueTask.FromResult<Result<PromptDraft>>(
                draft.With(new Finding("word", "hello", 1) { Action = mode }).With(new Finding("word", "again", 1) { Action = mode }));

        public IAnswerFilter Begin(AnswerStrand strand, AnswerContext context, StepMode mode) => new ModeFilter(mode);
    }

    private sealed class Unset : IPromptStep
    {
        public ValueTask<Result<PromptDraft>> ApplyAsync(PromptDraft draft, PromptContext context, StepMode mode, CancellationToken ct) =>
            ValueTask.FromResult<Result<PromptDraft>>(draft.With(new Finding("unset", mode.ToString(), 1)));
    }

    private sealed class CostlyStep : IPromptStep
    {
        public bool IsCostly => true;

        public ValueTask<Result<PromptDraft>> ApplyAsync(PromptDraft draft, PromptContext context, StepMode mode, CancellationToken ct) =>
            ValueTask.FromResult<Result<PromptDraft>>(draft.With(new Finding("costly", "read", 1)));
    }

    private sealed class ModeFilter(StepMode mode) : IAnswerFilter
    {
        public int HeldBack => 0;

        public string Push(string piece) => mode.ToString().ToLowerInvariant();

        public string Flush() => "";
    }
}
