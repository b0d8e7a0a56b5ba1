using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Usage;

namespace CleanLlm.Domain.UnitTests.Completions;

/// <summary>What a completion keeps beside its answer, what it shows of a crash, and what a cancellation costs.</summary>
public sealed class CompletionContentTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 5, 10, 17, 42, TimeSpan.Zero);
    private static readonly DateTimeOffset Later = Now.AddSeconds(5);
    private static readonly Model Small = new("small", "Small", "p", 8000, 1000, new TokenPrice(1, 2, "v1"));
    private static readonly Model Other = new("other", "Other", "q", 8000, 1000, new TokenPrice(3, 4, "v2"));
    private static readonly Reservation Held = new([new(QuotaMetric.Tokens, QuotaWindow.Day, QuotaWindow.Day.PeriodStart(Now), 500)], 400);
    private static readonly TokenCount Reported = new(100, 20, UsageBasis.Reported);
    private static readonly Finding InPrompt = new("sanitize", "invisible_characters_removed", 2);
    private static readonly Finding InAnswer = new("clean", "control_characters_removed", 1);
    private static readonly Finding InAnswerToo = new("screen", "secret_removed", 1);
    private static readonly ToolCall Weather = new("call_1", "weather", """{"city":"Oslo"}""");

    [TestCase(true, true, "because", "because")]
    [TestCase(true, true, "", null)]
    [TestCase(true, false, "because", null)]
    [TestCase(false, true, "because", null)]
    public void Reasons_IsKept_WhereThePlanSaysSo_AndTextsAreStored(bool store, bool storeReasoning, string reasoning, string? kept)
    {
        var completion = Running(store: store, storeReasoning: storeReasoning);

        completion.Reasons(reasoning);
        completion.Reasoning.Should().Be(kept);
        completion.Succeed("Hello.", Reported, FinishReason.Stop, Later);

        completion.Reasoning.Should().Be(kept);
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Calls_AreKept_WhereTextsAreStored(bool store)
    {
        var completion = Running(store: store);

        completion.Calls([Weather]);

        completion.ToolCalls.Should().Equal(store ? [Weather] : []);
    }

    [Test]
    public void Notices_FollowThoseOfThePrompt_AndTakeThePlaceOfEarlierOnes()
    {
        var completion = Running(findings: [InPrompt]);

        completion.Notices([InAnswer]);
        completion.Findings.Should().Equal(InPrompt, InAnswer);
        completion.Notices([InAnswer, InAnswerToo]);
        completion.Findings.Should().Equal(InPrompt, InAnswer, InAnswerToo);
        completion.Notices([]);
        completion.Findings.Should().Equal(InPrompt);
    }

    [Test]
    public void AnsweredBy_ChargesTheModelThatAnswers_AtItsPrice()
    {
        var completion = Running();

        completion.AnsweredBy(Other);
        var closing = completion.Succeed("Hello.", Reported, FinishReason.Stop, Later);

        closing.Entry.Should().BeEquivalentTo(new { Model = "other", Provider = "q", CostNanos = 380_000L, PriceVersion = "v2" });
    }

    [Test]
    public void ACheckpoint_SaysAllThatACrashWouldKeep()
    {
        var completion = Running(findings: [InPrompt]);

        var checkpoint = completion.Checkpoint("Hal", new TokenCount(0, 7, UsageBasis.Partial) { ReasoningTokens = 4 });

        checkpoint.Should().BeEquivalentTo(new
        {
            completion.Id,
            Answer = "Hal",
            CompletionTokens = 7,
            ReasoningTokens = 4,
            Findings = new[] { InPrompt },
            Model = "small",
            Provider = "p",
            Small.Price,
        });
    }

    [Test]
    public void ACheckpoint_HoldsNoText_WhenNothingIsToBeStored() =>
        Running(store: false).Checkpoint("Half", new TokenCount(0, 1, UsageBasis.Partial)).Answer.Should().BeNull();

    // The prompt is charged once a model has been asked, and what was produced in any case.
    [TestCase(false, 0, null)]
    [TestCase(false, 3, 106_000L)]
    [TestCase(true, 0, 100_000L)]
    [TestCase(true, 3, 106_000L)]
    public void Cancel_ChargesWhatAModelWasAskedFor_AndWhatItProduced(bool modelWasAsked, int tokens, long? cost)
    {
        var completion = Running();

        var closing = completion.Cancel("", new TokenCount(100, tokens, UsageBasis.Partial), modelWasAsked, Later);

        (closing.Entry?.CostNanos).Should().Be(cost);
        completion.Should().BeEquivalentTo(new { Status = CompletionStatus.Cancelled, CostNanos = cost ?? 0 });
        closing.Released.Should().Be(Held);
    }

    [Test]
    public void Interrupt_ChargesReasoningOfTheLastCheckpoint_AsNoAnswerOfTheCache()
    {
        var completion = Running();
        completion.Checkpoint("Half", new TokenCount(0, 9, UsageBasis.Partial) { ReasoningTokens = 6 });

        var closing = completion.Interrupt(Later);

        closing.Entry.Should().BeEquivalentTo(new { CompletionTokens = 9, ReasoningTokens = 6, Basis = UsageBasis.Partial });
        completion.Should().BeEquivalentTo(new { Cached = false, CompletionTokens = 9, ReasoningTokens = 6 });
    }

    [Test]
    public void AnAnswerOfTheCache_CostsNothing_AndLeavesALedgerRow()
    {
        var completion = Running();

        completion.AnsweredFromCache();
        var closing = completion.Succeed("Hello.", Reported, FinishReason.Stop, Later);

        closing.Entry.Should().BeEquivalentTo(new { PromptTokens = 0, CompletionTokens = 0, CostNanos = 0L, Basis = UsageBasis.Cached });
        completion.Should().BeEquivalentTo(new { Cached = true, CostNanos = 0L, Answer = "Hello." });
    }

    private static IEnumerable<TestCaseData<Action<Completion>>> Changes()
    {
        yield return Change("AnsweredBy", c => c.AnsweredBy(Other));
        yield return Change("Notices", c => c.Notices([InAnswer]));
        yield return Change("AnsweredFromCache", c => c.AnsweredFromCache());
        yield return Change("Reasons", c => c.Reasons("because"));
        yield return Change("Calls", c => c.Calls([Weather]));
        yield return Change("Cancel", c => c.Cancel("", Reported, modelWasAsked: true, Later));
    }

    [TestCaseSource(nameof(Changes))]
    public void AClosedCompletion_IsToldNothingMore(Action<Completion> change)
    {
        var completion = Running(storeReasoning: true);
        completion.Succeed("Hello.", Reported, FinishReason.Stop, Later);

        completion.Invoking(change).Should().Throw<InvalidOperationException>().WithMessage("*Succeeded, not running*");
        completion.Should().BeEquivalentTo(
            new { Model = "small", Cached = false, Reasoning = (string?)null, Status = CompletionStatus.Succeeded, CostNanos = 140_000L });
        completion.ToolCalls.Should().BeEmpty();
        completion.Findings.Should().BeEmpty();
    }

    [Test]
    public void AnExchange_EndsTheBranchWithItsAnswer()
    {
        var turn = NewTurn();

        var exchange = Running(turn).Succeed("Hello.", Reported, FinishReason.Stop, Later).Exchange!;

        exchange.MessageCount.Should().Be(2);
        exchange.Leaf.Id.Should().Be(turn.AnswerId);
    }

    [Test]
    public void AnExchange_OfWhatWasInterruptedBeforeItsFirstCharacter_EndsTheBranchWithItsQuestion()
    {
        var turn = NewTurn();

        var exchange = Running(turn).Interrupt(Later).Exchange!;

        exchange.MessageCount.Should().Be(1);
        exchange.Leaf.Id.Should().Be(turn.QuestionId);
    }

    [Test]
    public void WhatIsNotToBeStored_AddsNoMessage_AlsoBelowAStoredQuestion() =>
        Running(NewTurn() with { QuestionStored = true }, store: false).Succeed("Hello.", Reported, FinishReason.Stop, Later).Exchange.Should().BeNull();

    private static ChatTurn NewTurn() => new(ChatId.New(Now), MessageId.New(Now), MessageId.New(Now), MessageId.New(Now));

    private static Completion Running(ChatTurn? turn = null, bool store = true, bool storeReasoning = false, params Finding[] findings)
    {
        var completion = Completion.Start(
            new CompletionStart(UserId.New(Now), turn, Small, "Hi?", PromptTokens: 100, findings, store) { StoreReasoning = storeReasoning }, Now);
        completion.Hold(Held, Now.AddMinutes(2));
        return completion;
    }

    private static TestCaseData<Action<Completion>> Change(string name, Action<Completion> change) =>
        new TestCaseData<Action<Completion>>(change).SetArgDisplayNames(name);
}
