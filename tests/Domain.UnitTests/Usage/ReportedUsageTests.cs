using CleanLlm.Domain.Usage;

namespace CleanLlm.Domain.UnitTests.Usage;

public sealed class ReportedUsageTests
{
    private static readonly TokenCount OurOwn = new(7, 70, UsageBasis.Counted) { ReasoningTokens = 20 };

    [Test]
    public void Resolve_WhenReasoningIsPartOfTheCompletion_CountsItOnce() =>
        Resolve(new ReportedUsage { Prompt = 100, Completion = 500, Reasoning = 400, Total = 600 }).Should().Be(Reported(100, 500, reasoning: 400));

    [Test]
    public void Resolve_WhenTheTotalHoldsReasoningBesideTheCompletion_AddsIt() =>
        Resolve(new ReportedUsage { Prompt = 10_120, Completion = 1_499, Reasoning = 2_809, Total = 14_428 }).Should().Be(Reported(10_120, 4_308, reasoning: 2_809));

    [Test]
    public void Resolve_WhenTheTotalHoldsMoreThanItsParts_TakesTheRestForHiddenReasoning() =>
        Resolve(new ReportedUsage { Prompt = 10, Completion = 20, Total = 100 }).Should().Be(Reported(10, 90, reasoning: 70));

    [Test]
    public void Resolve_WhenReasoningIsMoreThanTheCompletion_ItIsNoPartOfIt() =>
        Resolve(new ReportedUsage { Prompt = 10, Completion = 20, Reasoning = 300 }).Should().Be(Reported(10, 320, reasoning: 300));

    [Test]
    public void Resolve_WithoutATotal_TakesReasoningForAPartOfTheCompletion() =>
        Resolve(new ReportedUsage { Prompt = 10, Completion = 320, Reasoning = 300 }).Should().Be(Reported(10, 320, reasoning: 300));

    [Test]
    public void Resolve_WhenTheTotalIsLessThanItsParts_DoesNotBelieveIt() =>
        Resolve(new ReportedUsage { Prompt = 10, Completion = 20, Total = 5 }).Should().Be(Reported(10, 20));

    [Test]
    public void Resolve_WhenCachedTokensArePartOfThePrompt_CountsThemOnce() =>
        Resolve(new ReportedUsage { Prompt = 1_000, CachedPrompt = 900, Completion = 5, Total = 1_005 }).Should().Be(Reported(1_000, 5, cached: 900));

    [Test]
    public void Resolve_WhenThePromptExcludesItsCache_AddsIt() =>
        Resolve(new ReportedUsage { Prompt = 4, CachedPrompt = 900, CacheWrite = 96, Completion = 5, PromptExcludesCache = true })
            .Should().Be(Reported(1_000, 5, cached: 900, written: 96));

    [Test]
    public void Resolve_WhenMoreIsCachedThanAsked_TheCacheIsBesideThePrompt() =>
        Resolve(new ReportedUsage { Prompt = 100, CachedPrompt = 900, Completion = 5 }).Should().Be(Reported(1_000, 5, cached: 900));

    [Test]
    public void Resolve_WhenTheTotalHoldsTheCacheBesideThePrompt_AddsIt() =>
        Resolve(new ReportedUsage { Prompt = 1_000, CachedPrompt = 900, Completion = 5, Total = 1_905 }).Should().Be(Reported(1_900, 5, cached: 900));

    [Test]
    public void Resolve_WhenTheCacheContradictsTheTotal_DoesNotBelieveIt() =>
        Resolve(new ReportedUsage { Prompt = 100, CachedPrompt = 900, Completion = 5, Total = 105 }).Should().Be(Reported(100, 5));

    [Test]
    public void Resolve_WithoutACompletion_TakesItFromTheTotal() =>
        Resolve(new ReportedUsage { Prompt = 100, Total = 130 }).Should().Be(Reported(100, 30));

    [Test]
    public void Resolve_WithoutAPrompt_TakesItFromTheTotal() =>
        Resolve(new ReportedUsage { Completion = 30, Total = 130 }).Should().Be(Reported(100, 30));

    [Test]
    public void Resolve_WhenOnlyReasoningIsReported_CountsTheWholeAnswer() =>
        Resolve(new ReportedUsage { Prompt = 10, Completion = -1, Reasoning = 50 })
            .Should().Be(new TokenCount(10, 70, UsageBasis.Counted) { ReasoningTokens = 20 });

    [Test]
    public void Resolve_WhenNothingIsReported_CountsItself() => Resolve(default).Should().Be(OurOwn);

    [TestCase(0L)]
    [TestCase(-5L)]
    [TestCase(long.MaxValue)]
    [TestCase(null)]
    public void Resolve_WhenThePromptCannotBeTrue_CountsItAndKeepsTheRest(long? prompt) =>
        Resolve(new ReportedUsage { Prompt = prompt, Completion = 30, Reasoning = 10 })
            .Should().Be(new TokenCount(7, 30, UsageBasis.Counted) { ReasoningTokens = 10 });

    [TestCase(0L)]
    [TestCase(-5L)]
    [TestCase(long.MaxValue)]
    [TestCase(null)]
    public void Resolve_WhenTheCompletionOfAnAnswerCannotBeTrue_CountsItAndKeepsTheRest(long? completion) =>
        Resolve(new ReportedUsage { Prompt = 100, CachedPrompt = 50, Completion = completion })
            .Should().Be(new TokenCount(100, 70, UsageBasis.Counted) { CachedPromptTokens = 50, ReasoningTokens = 20 });

    [Test]
    public void Resolve_WhenNothingWasProduced_BelievesNoTokens() =>
        new ReportedUsage { Prompt = 100, Completion = 0 }.Resolve(hasAnswer: false, () => OurOwn).Should().Be(Reported(100, 0));

    [Test]
    public void Resolve_WhenAllIsReported_DoesNotCount() =>
        new ReportedUsage { Prompt = 1, Completion = 1 }.Invoking(usage => usage.Resolve(true, () => throw new InvalidOperationException())).Should().NotThrow();

    [Test]
    public void Resolve_WhateverIsReported_PartsNeverExceedTheirWhole() =>
        Properties.Hold<(long? Prompt, long? Cached, long? Written, long? Completion, long? Reasoning)>(given =>
        {
            foreach (var excludes in new[] { false, true })
            {
                foreach (var total in new long?[] { null, given.Prompt + given.Completion, given.Prompt + given.Completion + given.Reasoning, given.Cached })
                {
                    var tokens = Resolve(new ReportedUsage
                    {
                        Prompt = given.Prompt,
                        CachedPrompt = given.Cached,
                        CacheWrite = given.Written,
                        Completion = given.Completion,
                        Reasoning = given.Reasoning,
                        Total = total,
                        PromptExcludesCache = excludes,
                    });
                    if (tokens.PromptTokens < 0 || tokens.CompletionTokens < 0 || tokens.CachedPromptTokens < 0 || tokens.CacheWriteTokens < 0
                        || tokens.ReasoningTokens < 0
                        || (long)tokens.CachedPromptTokens + tokens.CacheWriteTokens > tokens.PromptTokens
                        || tokens.ReasoningTokens > tokens.CompletionTokens)
                        return false;
                }
            }

            return true;
        });

    private static TokenCount Resolve(ReportedUsage usage) => usage.Resolve(hasAnswer: true, () => OurOwn);

    private static TokenCount Reported(int prompt, int completion, int cached = 0, int written = 0, int reasoning = 0) =>
        new(prompt, completion, UsageBasis.Reported) { CachedPromptTokens = cached, CacheWriteTokens = written, ReasoningTokens = reasoning };
}
