using CleanLlm.Application.Ai;
using CleanLlm.Application.Answers;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Prompting;
using CleanLlm.Domain.Usage;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>What an answer is charged by: the provider's figures where they can be true, else ours.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class AnswerChargeTests : IDisposable
{
    private readonly RunnerFixture fixture = new(answerSteps: [new Withholding()]);

    private CompletionClosing Closing => fixture.Store.Closings.Should().ContainSingle("a run is closed exactly once").Subject;

    public void Dispose() => fixture.Dispose();

    [Test]
    public async Task AProvider_ThatCountsNoTokens_IsBelieved_OnlyWhenNothingWasWritten([Values("", "text", "reasoning", "call", "withheld")] string written)
    {
        AIContent[] contents = written switch
        {
            "" => [],
            "text" => [new TextContent("Hello")],
            "reasoning" => [ReasoningFields.Piece("Hello", ReasoningFields.Content)],
            "call" => [new ToolCallFragment { Index = 0, Id = "i", Name = "f", Arguments = "[10]" }],
            _ => [new TextContent("-----")],
        };
        fixture.Model.Tells(contents).Reports(20, 0).Ends();

        await fixture.CompleteAsync(fixture.Ask());

        Closing.Completion.Should().BeEquivalentTo(new { PromptTokens = 20, CompletionTokens = contents.Length * 5 });
        Closing.Entry!.Basis.Should().Be(written.Length == 0 ? UsageBasis.Reported : UsageBasis.Counted);
    }

    // "Hello" counts 5 here.
    [TestCase(3, 5, UsageBasis.Partial)]
    [TestCase(5, 5, UsageBasis.Reported)]
    [TestCase(7, 7, UsageBasis.Reported)]
    public async Task AStreamThatBreaksOff_IsChargedWhatItsProviderReported_OrWhatItWroteAfterwards(int reported, int charged, UsageBasis basis)
    {
        fixture.Model.Says("Hel").Reports(20, reported).Says("lo").Throws(new ProviderException(ProviderFailure.CutOff, "gone"));

        await fixture.CompleteAsync(fixture.Ask() with { Stream = true });

        Closing.Entry.Should().BeEquivalentTo(new { PromptTokens = 20, CompletionTokens = charged, Basis = basis });
    }

    [Test]
    public async Task AStreamThatBreaksOff_ThoughItsProviderReportedTooLittle_IsChargedItsReasoningToo()
    {
        fixture.Model.Reports(20, 1).Reasons("Hm").Says("Hello").Throws(new ProviderException(ProviderFailure.CutOff, "gone"));

        await fixture.CompleteAsync(fixture.Ask() with { Stream = true });

        Closing.Entry.Should().BeEquivalentTo(new { CompletionTokens = 7, ReasoningTokens = 2, Basis = UsageBasis.Partial });
    }

    [Test]
    public async Task AnAnswer_IsChargedToTheModelThatGaveIt_AtItsPrice([Values] bool isCached)
    {
        var standIn = RunnerFixture.Small with { Id = "tiny", Provider = "other", Price = new TokenPrice(0.001m, 0.002m, "other") };
        fixture.Substitutes = [standIn];
        var run = (await fixture.StartAsync(fixture.Ask() with { Stream = true })).Value;
        (run.Call.Served, run.Call.Cached) = (standIn, isCached);
        fixture.Model.Says("Hello").Ends();

        var told = (await RunnerFixture.EndOfAsync(run)).Value;

        told.Should().BeEquivalentTo(new { Model = "tiny", Cached = isCached });
        Closing.Completion.Should().BeEquivalentTo(new { Model = "tiny", Provider = "other", standIn.Price, Cached = isCached });
        Closing.Entry.Should().BeEquivalentTo(new { Model = "tiny", CompletionTokens = isCached ? 0 : 5, Basis = isCached ? UsageBasis.Cached : UsageBasis.Counted });
    }

    [TestCase("length", null, FinishReason.Length)]
    [TestCase("length", "stop", FinishReason.Stop)]
    public async Task TheLastReason_IsTheOneThatCounts(string first, string? second, FinishReason expected)
    {
        var run = (await fixture.StartAsync(fixture.Ask() with { Stream = true })).Value;
        fixture.Model.Says("Hello").Finishes(first).Finishes(second).Closes();

        (await RunnerFixture.EndOfAsync(run)).Value.FinishReason.Should().Be(expected);
    }

    [Test]
    public async Task WhatTheCallerSet_ReachesTheModel_AndItsOwnOptionsAreLeftAsTheyAre()
    {
        var options = new ChatOptions { StopSequences = ["END"], ModelId = "mine" };
        fixture.Model.Says("Hello").Ends();

        await fixture.CompleteAsync(fixture.Ask() with { Options = options, Temperature = 0.5f });

        fixture.Model.Calls.Should().ContainSingle().Which.Options.Should().BeEquivalentTo(
            new { StopSequences = new[] { "END" }, ModelId = "small", Temperature = 0.5f, MaxOutputTokens = 100 });
        options.ModelId.Should().Be("mine");
    }

    // Shows nothing of a text that is all dashes.
    private sealed class Withholding : IAnswerStep
    {
        public IAnswerFilter Begin(AnswerStrand strand, AnswerContext context, StepMode mode) => new Filter();

        private sealed class Filter : IAnswerFilter
        {
            public int HeldBack => 0;

            public string Push(string piece) => piece.Replace("-", "", StringComparison.Ordinal);

            public string Flush() => "";
        }
    }
}
