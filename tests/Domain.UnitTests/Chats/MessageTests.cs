using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Usage;

namespace CleanLlm.Domain.UnitTests.Chats;

public sealed class MessageTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 5, 10, 17, 42, TimeSpan.Zero);

    [Test]
    public void Rate_ReplacesWhatWasSaidBefore()
    {
        var answer = Answer(questionStored: false).Answer!;

        answer.Rate(FeedbackRating.Down, "Wrong").IsSuccess.Should().BeTrue();
        answer.Should().BeEquivalentTo(new { Rating = FeedbackRating.Down, FeedbackComment = "Wrong" });
        answer.Rate(FeedbackRating.Up, "  ").IsSuccess.Should().BeTrue();
        answer.Should().BeEquivalentTo(new { Rating = FeedbackRating.Up, FeedbackComment = (string?)null });
    }

    [Test]
    public void Rate_OfAQuestion_IsRefused() =>
        Answer(questionStored: false).Question!.Rate(FeedbackRating.Up, null).Error.Should().Be(ChatErrors.QuestionRated);

    [TestCase("a\0b")]
    [TestCase(2001)]
    public void Rate_WithACommentThatCannotBeKept_ChangesNothing(object comment)
    {
        var answer = Answer(questionStored: false).Answer!;

        answer.Rate(FeedbackRating.Up, comment as string ?? new string('x', (int)comment)).Error!.Fields.Should().ContainKey("comment");
        answer.Rating.Should().BeNull();
    }

    [Test]
    public void AnswerToAStoredQuestion_ComesAlone_EvenWhenItBrokeOff()
    {
        var exchange = Answer(questionStored: true);

        exchange.Question.Should().BeNull();
        (exchange.MessageCount, exchange.Answer!.Content).Should().Be((1, "answer"));
        var abandoned = Running(questionStored: true);
        abandoned.Checkpoint("ans", new TokenCount(0, 1, UsageBasis.Partial));
        abandoned.Interrupt(Now).Exchange.Should().BeEquivalentTo(new { Question = (Message?)null, Answer = new { Content = "ans", ParentId = abandoned.Turn!.QuestionId } });
    }

    [TestCase(true)]
    [TestCase(false)]
    public void AQuestion_StaysWithoutAnAnswer_OnlyWhenItWasInterrupted(bool interrupted)
    {
        var completion = Running(questionStored: false);

        var exchange = (interrupted ? completion.Interrupt(Now) : completion.Fail(CompletionErrors.TimedOut, "", default, Now)).Exchange;

        if (interrupted)
            exchange.Should().BeEquivalentTo(new { Question = new { Content = "hello" }, Answer = (Message?)null, MessageCount = 1, Leaf = new { Content = "hello" } });
        else
            exchange.Should().BeNull();
        Running(questionStored: true).Interrupt(Now).Exchange.Should().BeNull("its question is there");
    }

    [Test]
    public void AQuestionThatIsStored_IsNotKeptTwice()
    {
        Running(questionStored: true).Prompt.Should().BeNull();
        Running(questionStored: false).Prompt.Should().Be("hello");
    }

    private static Exchange Answer(bool questionStored) =>
        Running(questionStored).Succeed("answer", new TokenCount(10, 5, UsageBasis.Reported), FinishReason.Stop, Now).Exchange!;

    private static Completion Running(bool questionStored)
    {
        var turn = new ChatTurn(ChatId.New(Now), ParentId: null, MessageId.New(Now), MessageId.New(Now), questionStored);
        var model = new Model("small", "Small", "p", 8000, 1000, TokenPrice.Free);
        var completion = Completion.Start(new CompletionStart(UserId.New(Now), turn, model, "hello", 10, [], Store: true), Now);
        completion.Hold(new Reservation([], 400), Now.AddMinutes(2));
        return completion;
    }
}
