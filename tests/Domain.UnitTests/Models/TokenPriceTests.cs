using CleanLlm.Domain.Models;

namespace CleanLlm.Domain.UnitTests.Models;

public sealed class TokenPriceTests
{
    [TestCase(0, 0, 0)]
    [TestCase(1, 0, 1)]
    [TestCase(1000, 0, 150)]
    [TestCase(1000, 1000, 750)]
    [TestCase(3, 5, 4)]
    public void Cost_IsRoundedUpOnceForTheWholeCompletion(long prompt, long completion, long micros) =>
        new TokenPrice(PromptMicros: 150, CompletionMicros: 600, "v1").Cost(prompt, completion).Should().Be(micros);

    [Test]
    public void Cost_OfAFreeModel_IsNothing() => TokenPrice.Free.Cost(1_000_000, 1_000_000).Should().Be(0);

    [Test]
    public void CompletionTokensWithin_WhenThePromptAloneIsTooDear_IsNegative() =>
        new TokenPrice(1000, 1000, "v1").CompletionTokensWithin(budgetMicros: 9, promptTokens: 10).Should().BeNegative();

    [Test]
    public void CompletionTokensWithin_WhenAnswersAreFree_HasNoEnd() =>
        new TokenPrice(1000, 0, "v1").CompletionTokensWithin(budgetMicros: 10, promptTokens: 10).Should().Be(long.MaxValue);

    [Test]
    public void CompletionTokensWithin_IsTheLargestAnswerThatFits() =>
        Properties.Hold<(ushort PromptPrice, ushort CompletionPrice, uint Budget, ushort Prompt)>(given =>
        {
            var price = new TokenPrice(given.PromptPrice, given.CompletionPrice + 1L, "v1");
            var most = price.CompletionTokensWithin(given.Budget, given.Prompt);
            return most < 0
                ? price.Cost(given.Prompt, 0) > given.Budget
                : price.Cost(given.Prompt, most) <= given.Budget && price.Cost(given.Prompt, most + 1) > given.Budget;
        });

    [Test]
    public void Cost_NeverFallsShortOfTheExactPrice_NorExceedsItByAMicro() =>
        Properties.Hold<(uint Prompt, uint Completion, ushort Price)>(given =>
        {
            var exact = (given.Prompt + (decimal)given.Completion) * given.Price / 1000;
            var cost = new TokenPrice(given.Price, given.Price, "v1").Cost(given.Prompt, given.Completion);
            return cost >= exact && cost - exact < 1;
        });
}
