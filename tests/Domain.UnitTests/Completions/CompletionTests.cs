using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Usage;

namespace CleanLlm.Domain.UnitTests.Completions;

public sealed class CompletionTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 5, 10, 17, 42, TimeSpan.Zero);
    private static readonly DateTimeOffset Later = Now.AddSeconds(5);
    private static readonly Model Small = new("small", "Small", "p", 8000, 1000, new TokenPrice(1, 2, "v1"));
    private static readonly Reservation Held = new([new(QuotaMetric.Tokens, QuotaWindow.Day, QuotaWindow.Day.PeriodStart(Now), 500)], 400);
    private static readonly TokenCount Reported = new(100, 20, UsageBasis.Reported);

    [Test]
    public void Start_Runs_WithThePriceOfAdmission() =>
        Running().Should().BeEquivalentTo(new { Status = CompletionStatus.Running, Small.Price, Model = "small", Provider = "p", CostNanos = 0L });

    [Test]
    public void Succeed_ChargesTheTokens_AndGivesTheReservationBack()
    {
        var completion = Running();

        var closing = completion.Succeed("Hello.", Reported, FinishReason.Stop, Later);

        closing.Released.Should().Be(Held);
        closing.Entry.Should().Be(
            new UsageEntry(completion.Id, completion.UserId, "small", "p", 100, 20, 140_000, "v1", UsageBasis.Reported, Now));
        completion.Should().BeEquivalentTo(new
        {
            Status = CompletionStatus.Succeeded,
            FinishReason = FinishReason.Stop,
            FinishedAt = Later,
            CostNanos = 140000L,
            Answer = "Hello.",
            LeaseExpiresAt = (DateTimeOffset?)null,
            Reservation = (Reservation?)null,
        });
    }

    [Test]
    public void Close_WhereTheHoldWasStillToGrow_ChargesNoMoreThanItHolds()
    {
        var completion = Running();
        completion.Grow(Held with { CompletionTokens = 15, Bound = 400 });

        var closing = completion.Succeed("Hello.", Reported with { ReasoningTokens = 18 }, FinishReason.Length, Later);

        closing.Released.CompletionTokens.Should().Be(15);
        closing.Entry.Should().BeEquivalentTo(new { PromptTokens = 100, CompletionTokens = 15, ReasoningTokens = 15, CostNanos = 130_000L });
    }

    [Test]
    public void Close_WhereAllThatIsAskedForIsHeld_ChargesWhatWasReported()
    {
        var completion = Running();
        completion.Grow(Held with { CompletionTokens = 15, Bound = 15 });

        completion.Succeed("Hello.", Reported, FinishReason.Stop, Later).Entry!.CompletionTokens.Should().Be(20);
    }

    [Test]
    public void AskAgain_MovesTheAdmission()
    {
        var completion = Running();

        completion.AskAgain(Later);

        completion.Succeed("Hello.", Reported, FinishReason.Stop, Later).Entry!.AdmittedAt.Should().Be(Later);
    }

    [Test]
    public void Fail_AfterOutput_KeepsAndChargesIt()
    {
        var completion = Running();

        var closing = completion.Fail(CompletionErrors.TimedOut, "Hel", new TokenCount(100, 1, UsageBasis.Partial), Later);

        closing.Entry.Should().BeEquivalentTo(new { PromptTokens = 100, CompletionTokens = 1, CostNanos = 102000L, Basis = UsageBasis.Partial });
        completion.Should().BeEquivalentTo(new { Status = CompletionStatus.Failed, ErrorCode = "completion.timeout", Answer = "Hel" });
    }

    [Test]
    public void Fail_WithoutOutput_ChargesNothing_AndGivesTheReservationBack()
    {
        var completion = Running();

        var closing = completion.Fail(CompletionErrors.TimedOut, "", new TokenCount(100, 0, UsageBasis.Partial), Later);

        closing.Entry.Should().BeNull();
        closing.Released.Should().Be(Held);
        completion.Should().BeEquivalentTo(new { PromptTokens = 0, CompletionTokens = 0, CostNanos = 0L });
    }

    [Test]
    public void Interrupt_KeepsAndChargesWhatTheLastCheckpointSaw()
    {
        var completion = Running();
        completion.Checkpoint("Half an ans", new TokenCount(0, 3, UsageBasis.Partial));

        var closing = completion.Interrupt(Later.AddMinutes(5));

        closing.Entry.Should().BeEquivalentTo(new { PromptTokens = 100, CompletionTokens = 3, CostNanos = 106000L, Basis = UsageBasis.Partial });
        completion.Should().BeEquivalentTo(new { ErrorCode = "completion.interrupted", Answer = "Half an ans" });
    }

    [Test]
    public void Interrupt_BeforeAnyCheckpoint_ChargesNothing() => Running().Interrupt(Later).Entry.Should().BeNull();

    [TestCase(null, "completion.interrupted", true)]
    [TestCase("H", "completion.interrupted", false)]
    [TestCase(null, "provider.timeout", false)]
    public void LeftNothing_IsWhatWasInterruptedBeforeItCostAnything(string? seen, string code, bool expected)
    {
        var completion = Running();
        if (seen is not null)
            completion.Checkpoint(seen, new TokenCount(0, seen.Length, UsageBasis.Partial));
        if (code == CompletionErrors.Interrupted.Code)
            completion.Interrupt(Later);
        else
            completion.Fail(CompletionErrors.TimedOut with { Code = code }, "", default, Later);

        Completion.LeftNothing.Compile()(completion).Should().Be(expected);
    }

    [Test]
    public void LeftNothing_IsNotWhatShowedTextOfTheCache_WhichCostNothing()
    {
        var completion = Running();
        completion.Checkpoint("Half", default);

        completion.Interrupt(Later).Entry.Should().BeNull();

        completion.Cached.Should().BeTrue();
        Completion.LeftNothing.Compile()(completion).Should().BeFalse();
    }

    [Test]
    public void Linger_KeepsWhatWasSeen_AlsoOnceItHasEnded()
    {
        var completion = Running();
        completion.Succeed("Whole", new TokenCount(100, 4, UsageBasis.Reported), FinishReason.Stop, Later);

        completion.Linger("Whole").Should().BeEquivalentTo(new { completion.Id, Answer = "Whole", CompletionTokens = 4, completion.Model });
    }

    [Test]
    public void Checkpoint_WhenNothingIsToBeStored_KeepsOnlyTheCount()
    {
        var completion = Running(store: false);

        completion.Checkpoint("Half", new TokenCount(0, 1, UsageBasis.Partial));

        completion.Should().BeEquivalentTo(new { Prompt = (string?)null, Answer = (string?)null, CompletionTokens = 1 });
    }

    private static IEnumerable<TestCaseData<Action<Completion>>> Changes()
    {
        yield return Change("Succeed", c => c.Succeed("x", Reported, FinishReason.Stop, Later));
        yield return Change("Fail", c => c.Fail(CompletionErrors.TimedOut, "", Reported, Later));
        yield return Change("Interrupt", c => c.Interrupt(Later));
        yield return Change("Checkpoint", c => c.Checkpoint("x", new TokenCount(0, 1, UsageBasis.Partial)));
        yield return Change("Hold", c => c.Hold(Held, Later));
    }

    [TestCaseSource(nameof(Changes))]
    public void AClosedCompletion_ChangesNoMore(Action<Completion> change)
    {
        var completion = Running();
        completion.Succeed("Hello.", Reported, FinishReason.Stop, Later);

        completion.Invoking(change).Should().Throw<InvalidOperationException>();
        completion.Answer.Should().Be("Hello.");
    }

    [Test]
    public void Succeed_WithoutAReservation_IsABug() =>
        Started(turn: null).Invoking(c => c.Succeed("x", Reported, FinishReason.Stop, Later)).Should().Throw<InvalidOperationException>();

    [Test]
    public void Succeed_InAChat_HandsTheTextToItsMessages()
    {
        var turn = new ChatTurn(ChatId.New(Now), MessageId.New(Now), MessageId.New(Now), MessageId.New(Now));
        var completion = Running(turn);

        var closing = completion.Succeed("Hello.", Reported, FinishReason.Stop, Later);

        closing.Exchange!.Question.Should().BeEquivalentTo(
            new { Id = turn.QuestionId, turn.ChatId, turn.ParentId, Role = MessageRole.User, Content = "Hi?", CreatedAt = Now });
        closing.Exchange.Answer.Should().BeEquivalentTo(new
        {
            Id = turn.AnswerId,
            turn.ChatId,
            ParentId = turn.QuestionId,
            Role = MessageRole.Assistant,
            Content = "Hello.",
            Model = "small",
            PromptTokens = 100,
            CompletionTokens = 20,
            CreatedAt = Later,
        });
        completion.Should().BeEquivalentTo(new { Prompt = (string?)null, Answer = (string?)null });
    }

    [Test]
    public void Fail_InAChatWithoutOutput_AddsNoMessage()
    {
        var turn = new ChatTurn(ChatId.New(Now), null, MessageId.New(Now), MessageId.New(Now));

        Running(turn).Fail(CompletionErrors.TimedOut, "", new TokenCount(100, 0, UsageBasis.Partial), Later).Exchange.Should().BeNull();
    }

    [Test]
    public void Succeed_OutsideAChat_AddsNoMessage() =>
        Running().Succeed("Hello.", Reported, FinishReason.Stop, Later).Exchange.Should().BeNull();

    private static Completion Running(ChatTurn? turn = null, bool store = true)
    {
        var completion = Started(turn, store);
        completion.Hold(Held, Now.AddMinutes(2));
        return completion;
    }

    private static Completion Started(ChatTurn? turn, bool store = true) =>
        Completion.Start(new CompletionStart(UserId.New(Now), turn, Small, "Hi?", PromptTokens: 100, Findings: [], store), Now);

    private static TestCaseData<Action<Completion>> Change(string name, Action<Completion> change) =>
        new TestCaseData<Action<Completion>>(change).SetArgDisplayNames(name);
}
