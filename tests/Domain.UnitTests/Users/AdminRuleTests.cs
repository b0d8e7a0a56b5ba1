using CleanLlm.Domain.Users;

namespace CleanLlm.Domain.UnitTests.Users;

/// <summary>An admin who is not disabled has to remain.</summary>
public sealed class AdminRuleTests
{
    [TestCase(UserRole.Admin, false, true)]
    [TestCase(UserRole.Admin, true, false)]
    [TestCase(UserRole.User, false, false)]
    [TestCase(UserRole.User, true, false)]
    public void AnAdmin_IsActive_UnlessDisabled(UserRole role, bool disabled, bool active) => Of(role, disabled).IsActiveAdmin.Should().Be(active);

    [TestCase(UserRole.Admin, 0, true)]
    [TestCase(UserRole.Admin, 1, true)]
    [TestCase(UserRole.User, 1, true)]
    [TestCase(UserRole.User, 0, false)]
    public void AChange_LeavesAnAdmin(UserRole role, int others, bool allowed) =>
        Of(role).CheckAdmins(others).Should().Be(allowed ? null : AdminErrors.LastAdmin);

    [TestCase(UserRole.Admin, 0, false)]
    [TestCase(UserRole.Admin, 1, true)]
    [TestCase(UserRole.User, 0, true)]
    [TestCase(UserRole.User, 1, true)]
    public void AnErasure_LeavesAnAdmin(UserRole role, int others, bool allowed) =>
        Of(role).CheckErasure(others).Should().Be(allowed ? null : AdminErrors.LastAdmin);

    [Test]
    public void AnAddressThatWasProved_IsConfirmed()
    {
        var user = Of(UserRole.User);

        user.ConfirmEmail();

        user.EmailConfirmed.Should().BeTrue();
    }

    private static User Of(UserRole role, bool disabled = false)
    {
        var user = User.Register("ada@example.org", displayName: null, DateTimeOffset.UnixEpoch).Value;
        user.ChangeRole(role);
        user.SetDisabled(disabled);
        return user;
    }
}
