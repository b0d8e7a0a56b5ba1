using CleanLlm.Domain.Users;

namespace CleanLlm.Domain.UnitTests.Users;

internal sealed class UserTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void Register_GivesAPlainUserWithTrimmedValues()
    {
        var user = User.Register("  Ada@Example.org ", "  Ada  ", Now).Value;

        user.Should().BeEquivalentTo(new
        {
            Email = "Ada@Example.org",
            DisplayName = "Ada",
            Role = UserRole.User,
            EmailConfirmed = false,
            Disabled = false,
            CreatedAt = Now,
        });
    }

    [TestCase("")]
    [TestCase("ada")]
    [TestCase("@example.org")]
    [TestCase("ada@")]
    [TestCase("ada@home@example.org")]
    [TestCase("ada lovelace@example.org")]
    [TestCase("ada\u0000@example.org")]
    public void Register_WhenTheAddressIsNone_NamesTheField(string email) =>
        User.Register(email, null, Now).Error!.Fields.Should().ContainKey("email");

    // Noncharacters and half a surrogate pair: to normalise them fails.
    [TestCase(0xFFFE)]
    [TestCase(0xFFFF)]
    [TestCase(0xFDD0)]
    [TestCase(0xD800)]
    public void Register_WhenTheAddressCannotBeNormalised_IsRefused(int character) =>
        User.IsEmail($"ada{(char)character}@example.org").Should().BeFalse();

    [TestCase("ädä@exämple.org")]
    [TestCase("😀@example.org")]
    public void Register_TakesAddressesOfEveryAlphabet(string email) => User.IsEmail(email).Should().BeTrue();

    [Test]
    public void Register_WhenTheAddressIsTooLong_IsRefused() =>
        User.Register($"{new string('a', 250)}@b.org", null, Now).IsSuccess.Should().BeFalse();

    [TestCase("   ")]
    [TestCase("")]
    public void Rename_WhenBlank_RemovesTheName(string name) =>
        User.Register("ada@example.org", "Ada", Now).Value.Rename(name).Value.DisplayName.Should().BeNull();

    [Test]
    public void Rename_WhenTooLongOrWithControlCharacters_KeepsTheOldName()
    {
        var user = User.Register("ada@example.org", "Ada", Now).Value;

        user.Rename(new string('a', User.DisplayNameMaxLength + 1)).IsSuccess.Should().BeFalse();
        user.Rename("Ada\u202e\nroot").IsSuccess.Should().BeFalse();

        user.DisplayName.Should().Be("Ada");
    }
}
