using AutoMapper;
using CleanLlm.Application.Accounts;
using CleanLlm.Application.Administration;
using CleanLlm.Application.UnitTests.Accounts;
using CleanLlm.Domain.Users;
using Microsoft.Extensions.Logging.Abstractions;
using NSubstitute;

namespace CleanLlm.Application.UnitTests.Administration;

/// <summary>An admin who is signed in, and somebody to administer.</summary>
internal sealed class AdministrationFixture
{
    public AdministrationFixture()
    {
        Accounts.User.ChangeRole(UserRole.Admin);
        Somebody = User.Register("grace@example.org", "Grace", Accounts.Clock.GetUtcNow()).Value;
        Users.FindAsync(Somebody.Id, default).ReturnsForAnyArgs(call => Found(call.Arg<UserId>()));
        Directory.HasPlanAsync(default, default).ReturnsForAnyArgs(true);
    }

    /// <summary>The admin and their ports.</summary>
    public AccountsFixture Accounts { get; } = new();

    public User Somebody { get; }

    public IUserRepository Users { get; } = Substitute.For<IUserRepository>();

    public IUserDirectory Directory { get; } = Substitute.For<IUserDirectory>();

    public IMapper Mapper { get; } = new MapperConfiguration(
        map =>
        {
            map.AddProfile<AdminUserMapping>();
            map.AddProfile<PlanMapping>();
        },
        NullLoggerFactory.Instance).CreateMapper();

    private User? Found(UserId id) => id == Somebody.Id ? Somebody : id == Accounts.User.Id ? Accounts.User : null;
}
