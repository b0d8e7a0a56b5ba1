using CleanLlm.Application.Chats;
using CleanLlm.Domain.Chats;

namespace CleanLlm.Application.UnitTests.Chats;

public sealed class RateMessageTests
{
    [TestCase(FeedbackRating.Up, 2_000, true)]
    [TestCase(FeedbackRating.Down, 0, true)]
    [TestCase(FeedbackRating.Up, 2_001, false)]
    [TestCase((FeedbackRating)0, 0, false)]
    [TestCase((FeedbackRating)3, 0, false)]
    public void Validator_KnowsTheRules(FeedbackRating rating, int length, bool isValid) =>
        new RateMessageValidator().Validate(new RateMessage(default, default, rating, new string('x', length))).IsValid.Should().Be(isValid);
}
