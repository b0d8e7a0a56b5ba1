using System.Text.Json;
using CleanLlm.Application.Ai;
using CleanLlm.Application.Completions;
using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Application.Completions.Log;
using CleanLlm.Application.Completions.Running;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Usage;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>What a model says while it reasons, as JSON and as a stream: shown apart from the answer, charged, kept only where the plan says so.</summary>
[TestFixture(false)]
[TestFixture(true)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ReasoningTests(bool stream) : IDisposable
{
    private readonly RunnerFixture fixture = new();

    private CompletionClosing Closing => fixture.Store.Closings.Should().ContainSingle("a run is closed exactly once").Subject;

    public void Dispose() => fixture.Dispose();

    [Test]
    public async Task Reasoning_IsShownApart_AndIsNoPartOfTheAnswer()
    {
        Reasons("Hm\u200Bm.", ReasoningFields.Plain).Says("Hello!").Ends();
        var run = await StartAsync();

        var completion = (await RunnerFixture.EndOfAsync(run)).Value;

        completion.Message.Should().BeEquivalentTo(new { Content = "Hello!", Reasoning = "Hmm." });
        completion.ReasoningField.Should().Be(ReasoningFields.Plain);
        var events = await fixture.EventsAsync(run);
        string.Concat(events.OfType<CompletionReasoning>().Select(piece => piece.Text)).Should().Be("Hmm.");
        events.OfType<CompletionReasoning>().Should().OnlyContain(piece => piece.Field == ReasoningFields.Plain);
        string.Concat(events.OfType<CompletionDelta>().Select(piece => piece.Text)).Should().Be("Hello!");
    }

    [TestCase(true, "Hmm.")]
    [TestCase(false, null)]
    public async Task Reasoning_IsStored_OnlyWhereThePlanSaysSo(bool kept, string? stored)
    {
        fixture.Plan = RunnerFixture.PlanOf([]);
        fixture.Plan.Change(fixture.Plan.Terms with { StoreReasoning = kept }).IsSuccess.Should().BeTrue();
        Reasons("Hmm.").Says("Hello!").Ends();

        await CompleteAsync(fixture.Ask());

        Closing.Completion.Should().BeEquivalentTo(new { Answer = "Hello!", Reasoning = stored });
    }

    [Test]
    public async Task Reasoning_OfWhatIsNotToBeStored_IsNotStored()
    {
        fixture.Plan!.Change(fixture.Plan.Terms with { StoreReasoning = true }).IsSuccess.Should().BeTrue();
        Reasons("Hmm.").Says("Hello!").Ends();

        await CompleteAsync(fixture.Ask() with { Store = false });

        Closing.Completion.Should().BeEquivalentTo(new { Answer = (string?)null, Reasoning = (string?)null });
    }

    [Test]
    public async Task Usage_WithoutAReport_CountsReasoningAsPartOfTheAnswer()
    {
        Reasons("Hmm.").Says("Hello!").Ends();

        (await CompleteAsync(fixture.Ask())).Value.Usage.Should().BeEquivalentTo(new { CompletionTokens = 10, ReasoningTokens = 4 });
        Closing.Entry.Should().BeEquivalentTo(new { CompletionTokens = 10, ReasoningTokens = 4, Basis = UsageBasis.Counted });
    }

    [Test]
    public async Task Usage_WhoseTotalProvesMore_IsChargedByTheTotal()
    {
        Says("Hello!", new UsageDetails { InputTokenCount = 10_120, OutputTokenCount = 1_499, ReasoningTokenCount = 2_809, TotalTokenCount = 14_428 }).Ends();

        (await CompleteAsync(fixture.Ask())).Value.Usage.Should().BeEquivalentTo(
            new { PromptTokens = 10_120, CompletionTokens = 4_308, ReasoningTokens = 2_809, TotalTokens = 14_428 });
    }

    [Test]
    public async Task Usage_OfCachedTokens_IsTold()
    {
        var usage = new UsageDetails { InputTokenCount = 4, OutputTokenCount = 6, CachedInputTokenCount = 900 };
        usage.AdditionalCounts = new() { [UsageReports.CacheWrite] = 96, [UsageReports.PromptExcludesCache] = 1 };
        Says("Hello!", usage).Ends();

        (await CompleteAsync(fixture.Ask())).Value.Usage.Should().BeEquivalentTo(new { PromptTokens = 1_000, CachedPromptTokens = 900, CompletionTokens = 6 });
        Closing.Entry.Should().BeEquivalentTo(new { PromptTokens = 1_000, CachedPromptTokens = 900, CacheWriteTokens = 96, Basis = UsageBasis.Reported });
    }

    [Test]
    public async Task Fields_ThatTheModelsFamilyNeedsBack_AreTold()
    {
        using var signature = JsonDocument.Parse("""{"google":{"thought_signature":"abc"}}""");
        fixture.Model.Says("Hello!").Tells(new MessageField("extra_content", signature.RootElement)).Ends();
        var run = await StartAsync();

        var completion = (await RunnerFixture.EndOfAsync(run)).Value;

        completion.Fields.Should().ContainSingle().Which.Value.GetRawText().Should().Contain("thought_signature");
        (await fixture.EventsAsync(run)).OfType<CompletionDelta>().Where(delta => delta.Field is not null).Should().ContainSingle()
            .Which.Field!.Name.Should().Be("extra_content");
    }

    [Test]
    public async Task AnAnswerThatOutgrowsItsSize_WhileTheModelReasons_IsTooLong()
    {
        fixture.Value = new CompletionOptions { MaxOutputBytes = 1_024 };
        Reasons(new string('m', 1_025)).Ends();

        (await CompleteAsync(fixture.Ask())).Error!.Code.Should().Be("completion.too_long");
    }

    private ScriptedModel Reasons(string text, string field = ReasoningFields.Content) => fixture.Model.Reasons(text, field);

    private ScriptedModel Says(string text, UsageDetails usage) => fixture.Model.Says(text).Tells(new UsageContent(usage));

    private async Task<CompletionRun> StartAsync() => (await fixture.StartAsync(fixture.Ask() with { Stream = stream })).Value;

    private async Task<Domain.Results.Result<CompletionDto>> CompleteAsync(CompletionRequest request) =>
        await fixture.CompleteAsync(request with { Stream = stream });
}
