using CleanLlm.Application.Accounts;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using NSubstitute;

namespace CleanLlm.Application.UnitTests.Accounts;

internal sealed class ProfileUseCaseTests
{
    private readonly AccountsFixture fixture = new();
    private readonly ICredentials credentials = Substitute.For<ICredentials>();
    private readonly IUserRepository users = Substitute.For<IUserRepository>();

    [SetUp]
    public void KnowTheUser()
    {
        fixture.User.Rename("Ada");
        users.FindAsync(fixture.User.Id, default).ReturnsForAnyArgs(fixture.User);
        users.SaveAsync(null!, default).ReturnsForAnyArgs(true);
    }

    [Test]
    public async Task Register_GivesTheUserAsTheySeeThemselves()
    {
        credentials.CreateAsync(null!, null!, default).ReturnsForAnyArgs(call => Result<User>.Success(call.Arg<User>()));

        var dto = (await RegisterAsync("grace@example.org")).Value;

        dto.Should().BeEquivalentTo(new
        {
            Email = "grace@example.org",
            DisplayName = "Grace",
            Role = UserRole.User,
            EmailConfirmed = false,
            CreatedAt = fixture.Clock.GetUtcNow(),
        });
        dto.Id.Value.Version.Should().Be(7);
    }

    [Test]
    public async Task Register_WhenTheAddressIsTaken_SaysSo()
    {
        credentials.CreateAsync(null!, null!, default).ReturnsForAnyArgs(AuthErrors.EmailTaken);

        (await RegisterAsync("grace@example.org")).Error.Should().Be(AuthErrors.EmailTaken);
    }

    [Test]
    public async Task GetMe_WhenTheAccountIsGone_IsUnauthenticated()
    {
        users.FindAsync(default, default).ReturnsForAnyArgs((User?)null);

        (await new GetMeHandler(users, fixture, Mappings.Mapper).Handle(new GetMe(), default)).Error.Should().Be(AuthErrors.AccountUnavailable);
    }

    [TestCase(null, "Ada")]
    [TestCase("", null)]
    [TestCase("  Countess ", "Countess")]
    public async Task UpdateMe_ChangesTheNameUnlessAbsent(string? name, string? expected)
    {
        var result = await new UpdateMeHandler(users, fixture, Mappings.Mapper).Handle(new UpdateMe(name), default);

        result.Value.DisplayName.Should().Be(expected);
        await users.Received().SaveAsync(fixture.User, Arg.Any<CancellationToken>());
    }

    private Task<Result<UserDto>> RegisterAsync(string email) =>
        new RegisterHandler(credentials, fixture, fixture, Mappings.Mapper, fixture.Clock).Handle(new Register(email, "correct horse battery", "Grace"), default);
}
