using CleanLlm.Domain.Models;
using CleanLlm.Domain.Usage;

namespace CleanLlm.Domain.UnitTests.Models;

public sealed class TokenPriceTests
{
    private static readonly TokenPrice ByClass =
        new(2.5m, 10m, "v1") { CachedPrompt = 0.25m, CacheWrite = 3.125m, Reasoning = 12m, Request = 0.005m };

    [TestCase(0, 0, 0)]
    [TestCase(1, 0, 38)]
    [TestCase(2, 0, 75)]
    [TestCase(1_000_000, 0, 37_500_000)]
    [TestCase(1_000, 1_000, 187_500)]
    public void CostNanos_IsRoundedUpOnceForTheWholeCompletion(int prompt, int completion, long nanos) =>
        new TokenPrice(0.0375m, 0.15m, "v1").CostNanos(Count(prompt, completion)).Should().Be(nanos);

    [Test]
    public void CostNanos_OfAFreeModel_IsNothing() => TokenPrice.Free.CostNanos(Count(1_000_000, 1_000_000)).Should().Be(0);

    [Test]
    public void CostNanos_ChargesEachClassAtItsOwnPrice_AndTheCallBesides()
    {
        var tokens = new TokenCount(1_000, 500, UsageBasis.Reported) { CachedPromptTokens = 600, CacheWriteTokens = 100, ReasoningTokens = 200 };

        // 300 plain, 600 cached, 100 written, 300 shown, 200 reasoned, one call.
        ByClass.CostNanos(tokens).Should().Be((300 * 2_500) + (600 * 250) + (100 * 3_125) + (300 * 10_000) + (200 * 12_000) + 5_000_000);
    }

    [Test]
    public void CostNanos_WithoutPricesOfClasses_ChargesThemAsWhatTheyAreAPartOf() =>
        new TokenPrice(2, 4, "v1").CostNanos(new TokenCount(10, 10, UsageBasis.Reported) { CachedPromptTokens = 5, CacheWriteTokens = 1, ReasoningTokens = 9 })
            .Should().Be(60_000);

    [Test]
    public void CostNanos_OfTheLargestCountsAtTheHighestPrice_StaysWithin64Bits() =>
        new TokenPrice(TokenPrice.Max, TokenPrice.Max, "v1") { Request = TokenPrice.Max }.CostNanos(Count(int.MaxValue, int.MaxValue)).Should().BePositive();

    [Test]
    public void Ceiling_ExceedsNoPriceInAnyClass()
    {
        var ceiling = TokenPrice.Ceiling([ByClass, new TokenPrice(3, 1, "v2")]);

        ceiling.Should().BeEquivalentTo(new { Prompt = 3.125m, Completion = 12m, CachedPrompt = 3.125m, CacheWrite = 3.125m, Reasoning = 12m, Request = 0.005m });
    }

    [Test]
    public void CompletionTokensWithin_WhenThePromptAloneIsTooDear_IsNegative() =>
        new TokenPrice(1, 1, "v1").CompletionTokensWithin(budgetNanos: 9_999, promptTokens: 10).Should().BeNegative();

    [Test]
    public void CompletionTokensWithin_WhenTheCallAloneIsTooDear_IsNegative() =>
        new TokenPrice(0, 0, "v1") { Request = 0.005m }.CompletionTokensWithin(budgetNanos: 4_999_999, promptTokens: 10).Should().BeNegative();

    [Test]
    public void CompletionTokensWithin_WhenAnswersAreFree_HasNoEnd() =>
        new TokenPrice(1, 0, "v1").CompletionTokensWithin(budgetNanos: 10_000, promptTokens: 10).Should().Be(long.MaxValue);

    [Test]
    public void CompletionTokensWithin_IsTheLargestAnswerThatFits() =>
        Properties.Hold<(ushort PromptPrice, ushort CompletionPrice, uint Budget, ushort Prompt)>(given =>
        {
            var price = new TokenPrice(given.PromptPrice / 100m, (given.CompletionPrice + 1) / 100m, "v1");
            var most = price.CompletionTokensWithin(given.Budget, given.Prompt);
            return most < 0
                ? price.CostNanos(Count(given.Prompt, 0)) > given.Budget
                : price.CostNanos(Count(given.Prompt, (int)most)) <= given.Budget && price.CostNanos(Count(given.Prompt, (int)most + 1)) > given.Budget;
        });

    [Test]
    public void CostNanos_NeverFallsShortOfTheExactPrice_NorExceedsItByABillionth() =>
        Properties.Hold<(ushort Prompt, ushort Completion, ushort Price)>(given =>
        {
            var price = given.Price / 10_000m;
            var exact = (given.Prompt + (decimal)given.Completion) * price * 1000;
            var cost = new TokenPrice(price, price, "v1").CostNanos(Count(given.Prompt, given.Completion));
            return cost >= exact && cost - exact < 1;
        });

    private static TokenCount Count(int prompt, int completion) => new(prompt, completion, UsageBasis.Reported);
}
