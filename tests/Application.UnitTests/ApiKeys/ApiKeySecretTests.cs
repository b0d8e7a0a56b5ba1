using CleanLlm.Application.ApiKeys;
using CleanLlm.Domain.Ids;

namespace CleanLlm.Application.UnitTests.ApiKeys;

internal sealed class ApiKeySecretTests
{
    private static readonly ApiKeyId Id = ApiKeyId.New(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    [Test]
    public void Reveal_GivesAKeyThatIsReadBack()
    {
        var text = ApiKeySecret.New(Id).Reveal();

        ApiKeySecret.TryParse(text, out var read).Should().BeTrue();
        read.Id.Should().Be(Id);
        read.Reveal().Should().Be(text);
        text.Should().StartWith("clk_").And.MatchRegex("^clk_[A-Za-z0-9_-]+$");
    }

    [Test]
    public void New_NeverGivesASecretTwice() =>
        Enumerable.Range(0, 1_000).Select(_ => ApiKeySecret.New(Id).Reveal()).Should().OnlyHaveUniqueItems();

    [Test]
    public void TryParse_WithAnyCharacterChanged_IsFalse()
    {
        var text = ApiKeySecret.New(Id).Reveal();

        for (var i = ApiKeySecret.Prefix.Length; i < text.Length; i++)
        {
            var changed = string.Concat(text.AsSpan(0, i), text[i] == 'A' ? "B" : "A", text.AsSpan(i + 1));
            ApiKeySecret.TryParse(changed, out _).Should().BeFalse("character {0} was changed", i);
        }
    }

    [TestCase("")]
    [TestCase("clk_")]
    [TestCase("clk_AAAA")]
    [TestCase("sk-something")]
    [TestCase("clk_ not base64 at all, and of a length that is not right either")]
    public void TryParse_OfWhatWasNeverAKey_IsFalse(string text) => ApiKeySecret.TryParse(text, out _).Should().BeFalse();

    [Test]
    public void ToString_HidesTheSecret()
    {
        var secret = ApiKeySecret.New(Id);

        secret.ToString().Should().Be($"clk_{Id}");
    }
}
