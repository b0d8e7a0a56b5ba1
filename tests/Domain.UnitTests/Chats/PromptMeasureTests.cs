using CleanLlm.Domain.Chats;

namespace CleanLlm.Domain.UnitTests.Chats;

/// <summary>How long the next prompt of a chat will be, after one that a provider counted.</summary>
internal sealed class PromptMeasureTests
{
    [TestCase(120, 100, 150, 170, TestName = "Expect_AddsWhatTheProviderCountsMore")]
    [TestCase(80, 100, 150, 130, TestName = "Expect_TakesOffWhatItCountsLess")]
    [TestCase(2_010, 10, 40, 2_040, TestName = "Expect_AddsInstructionsThatOnlyTheProviderKnows")]
    [TestCase(100, 100, 150, 150, TestName = "Expect_WhereBothCountTheSame_IsTheCount")]
    [TestCase(50, 100, 150, 100, TestName = "Expect_BelievesHalfOfTheCount")]
    [TestCase(49, 100, 150, 150, TestName = "Expect_DoesNotBelieveLess")]
    [TestCase(0, 1, 3, 3, TestName = "Expect_DoesNotBelieveAPromptOfNothing")]
    [TestCase(600, 1_000, 700, 700, TestName = "Expect_WhereLittleOfALongPromptIsLeft_IsTheCount")]
    [TestCase(600, 1_000, 800, 400, TestName = "Expect_WhereHalfIsLeft_IsThat")]
    [TestCase(int.MaxValue, 1, 10, int.MaxValue, TestName = "Expect_IsNoMoreThanANumberOfTokens")]
    public void Expect(int reported, int counted, int next, int expected) =>
        new PromptMeasure("small", reported, counted).Expect("small", next).Should().Be(expected);

    [Test]
    public void Expect_OfAnotherModel_IsTheCount() => new PromptMeasure("small", 120, 100).Expect("large", 150).Should().Be(150);
}
