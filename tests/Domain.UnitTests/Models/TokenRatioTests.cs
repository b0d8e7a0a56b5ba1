using CleanLlm.Domain.Models;

namespace CleanLlm.Domain.UnitTests.Models;

internal sealed class TokenRatioTests
{
    [TestCase(1, 1000, 1000, 1000)]
    [TestCase(1.25, 1000, 800, 1250)]
    [TestCase(1.3, 1001, 770, 1302)]
    [TestCase(0.5, 10, 20, 5)]
    public void AModelThatMakesMoreTokens_HasRoomForFewerOfOurs_AndTheErrorIsOnTheSafeSide(double ratio, int tokens, int counted, int expected)
    {
        var model = new Model("m", "M", "p", 10_000, 1_000, TokenPrice.Free) { TokenRatio = ratio };

        (model.Counted(tokens), model.Expected(tokens)).Should().Be((counted, expected));
        model.Expected(model.Counted(tokens)).Should().BeLessThanOrEqualTo(tokens);
    }

    [Test]
    public void Counts_DoNotOverflow() => new Model("m", "M", "p", 1, 1, TokenPrice.Free) { TokenRatio = 4 }.Expected(int.MaxValue).Should().Be(int.MaxValue);
}
