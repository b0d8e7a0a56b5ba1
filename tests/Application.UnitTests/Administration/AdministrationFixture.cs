using CleanLlm.Application.Accounts;
using CleanLlm.Application.Administration;
using CleanLlm.Application.UnitTests.Accounts;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using NSubstitute;

namespace CleanLlm.Application.UnitTests.Administration;

/// <summary>A signed-in admin, and a user to administer.</summary>
internal sealed class AdministrationFixture
{
    public AdministrationFixture()
    {
        Accounts.User.ChangeRole(UserRole.Admin);
        Somebody = User.Register("grace@example.org", "Grace", Accounts.Clock.GetUtcNow()).Value;
        Users.FindAsync(Somebody.Id, default).ReturnsForAnyArgs(call => Found(call.Arg<UserId>()));
        Directory.HasPlanAsync(default, default).ReturnsForAnyArgs(true);
        Directory.SaveAsync(null!, default, default).ReturnsForAnyArgs(call =>
            call.Arg<User>() is { } user ? Result<AdminUserDto>.Success(Shown(user)) : Result<AdminUserDto>.Failure(AdminErrors.UserNotFound));
        Directory.FindAsync(default, default).ReturnsForAnyArgs(call => Found(call.Arg<UserId>()) is { } user ? Shown(user) : null);
    }

    /// <summary>The admin and their ports.</summary>
    public AccountsFixture Accounts { get; } = new();

    public User Somebody { get; }

    public IUserRepository Users { get; } = Substitute.For<IUserRepository>();

    public IUserDirectory Directory { get; } = Substitute.For<IUserDirectory>();

    private User? Found(UserId id) => id == Somebody.Id ? Somebody : id == Accounts.User.Id ? Accounts.User : null;

    /// <summary>A user as the directory shows them.</summary>
    public static AdminUserDto Shown(User user) => new()
    {
        Id = user.Id,
        Email = user.Email,
        DisplayName = user.DisplayName,
        Role = user.Role,
        EmailConfirmed = user.EmailConfirmed,
        Disabled = user.Disabled,
        PlanId = user.PlanId,
        Plan = "Free",
        TwoFactorEnabled = false,
        CreatedAt = user.CreatedAt,
        LastSignInAt = user.LastSignInAt,
    };
}
