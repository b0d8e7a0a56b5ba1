using CleanLlm.Domain.Ids;
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
            Email = "Ada@example.org",
            DisplayName = "Ada",
            Role = UserRole.User,
            EmailConfirmed = false,
            Disabled = false,
            CreatedAt = Now,
        });
    }

    [Test]
    public void Erase_LeavesNothingThatTellsWhoItWas_AndNoRights()
    {
        var user = User.Register("ada@example.org", "Ada", Now).Value;
        user.ConfirmEmail();
        user.SignIn(Now);
        user.ChangeRole(UserRole.Admin);
        user.AssignPlan(new PlanId(Guid.CreateVersion7()));

        user.Erase(Now.AddDays(1));

        user.Should().BeEquivalentTo(new
        {
            Email = "",
            DisplayName = (string?)null,
            EmailConfirmed = false,
            Role = UserRole.User,
            PlanId = (PlanId?)null,
            LastSignInAt = (DateTimeOffset?)null,
            Disabled = true,
            ErasedAt = Now.AddDays(1),
        });
    }

    [TestCase("")]
    [TestCase("ada")]
    [TestCase("ada<@example.org")]
    public void Register_WhenTheAddressIsNone_NamesTheField(string email) =>
        User.Register(email, null, Now).Error!.Fields.Should().ContainKey("email");

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
