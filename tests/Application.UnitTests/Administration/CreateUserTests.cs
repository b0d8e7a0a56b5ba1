using CleanLlm.Application.Accounts;
using CleanLlm.Application.Administration;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using NSubstitute;

namespace CleanLlm.Application.UnitTests.Administration;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class CreateUserTests
{
    private const string Email = "new@example.org";
    private const string Password = "correct horse battery";

    private readonly AdministrationFixture fixture = new();
    private readonly ICredentials credentials = Substitute.For<ICredentials>();
    private readonly PlanId plan = new(Guid.CreateVersion7());
    private User? stored;
    private PasswordHash? storedHash;
    private bool taken;

    public CreateUserTests()
    {
        credentials.HashAsync("", default).ReturnsForAnyArgs(Result<PasswordHash>.Success(new PasswordHash("hashed")));
        credentials.AddAsync(null!, null, default).ReturnsForAnyArgs(call =>
        {
            if (taken)
                return AuthErrors.EmailTaken;
            (stored, storedHash) = (call.Arg<User>(), call.Arg<PasswordHash?>());
            fixture.Directory.FindAsync(default, default).ReturnsForAnyArgs(AdministrationFixture.Shown(stored));
            return Result<User>.Success(stored);
        });
    }

    [Test]
    public async Task WithoutAPassword_TheUserIsInvited_AndNothingIsHashed()
    {
        var made = (await HandleAsync(new CreateUser(Email, "Grace", UserRole.User, PlanId: null, Password: null))).Value;

        made.Should().BeEquivalentTo(new { Email, DisplayName = "Grace", Role = UserRole.User, EmailConfirmed = false, PlanId = (PlanId?)null });
        storedHash.Should().BeNull();
        await credentials.DidNotReceiveWithAnyArgs().HashAsync("", default);
        fixture.Accounts.MailRequests.Should().Equal($"invite {made.Id}");
        fixture.Accounts.Audited.Should().Equal(new AuditEvent(
            AuditActions.UserCreated, fixture.Accounts.User.Id.Value, made.Id.Value, """{"role":"user","planId":null,"invited":true}"""));
    }

    [Test]
    public async Task WithAPassword_TheUserIsAskedToConfirm()
    {
        var made = (await HandleAsync(new CreateUser(Email, null, UserRole.Admin, plan, Password))).Value;

        stored.Should().BeEquivalentTo(new { Role = UserRole.Admin, PlanId = (PlanId?)plan });
        storedHash.Should().Be(new PasswordHash("hashed"));
        fixture.Accounts.MailRequests.Should().Equal($"confirm {made.Id}");
        fixture.Accounts.Audited.Should().ContainSingle().Which.Detail.Should().Be($$"""{"role":"admin","planId":"{{plan}}","invited":false}""");
    }

    [Test]
    public async Task ATakenAddress_IsRefused_WithoutALineOrAMail()
    {
        taken = true;

        (await HandleAsync(new CreateUser(Email, null, UserRole.User, null, null))).Error.Should().Be(AuthErrors.EmailTaken);

        fixture.Accounts.MailRequests.Should().BeEmpty();
        fixture.Accounts.Audited.Should().BeEmpty();
    }

    [Test]
    public async Task AnUnknownPlan_IsRefused_AndStoresNobody()
    {
        fixture.Directory.HasPlanAsync(default, default).ReturnsForAnyArgs(false);

        (await HandleAsync(new CreateUser(Email, null, UserRole.User, plan, null))).Error.Should().Be(PlanErrors.Unknown);

        stored.Should().BeNull();
    }

    [Test]
    public async Task WhenHashingIsBusy_NothingIsStored()
    {
        credentials.HashAsync("", default).ReturnsForAnyArgs(Result<PasswordHash>.Failure(AuthErrors.Busy));

        (await HandleAsync(new CreateUser(Email, null, UserRole.User, null, Password))).Error.Should().Be(AuthErrors.Busy);

        stored.Should().BeNull();
    }

    [TestCase("nobody", null, null, "Email")]
    [TestCase(Email, "a\u0000b", null, "DisplayName")]
    [TestCase(Email, null, "", "Password")]
    [TestCase(Email, null, "short", "Password")]
    [TestCase(Email, null, "password123456", "Password")]
    public void WhatRegistrationRefuses_IsRefused(string email, string? name, string? password, string field) =>
        new CreateUserValidator().Validate(new CreateUser(email, name, UserRole.User, null, password)).Errors.Select(error => error.PropertyName)
            .Distinct().Should().Equal(field);

    [Test]
    public void AnAccountWithoutAPassword_IsInOrder() =>
        new CreateUserValidator().Validate(new CreateUser(Email, null, UserRole.User, null, null)).IsValid.Should().BeTrue();

    private Task<Result<AdminUserDto>> HandleAsync(CreateUser request) =>
        new CreateUserHandler(
            credentials, fixture.Directory, fixture.Accounts, fixture.Accounts, fixture.Accounts, fixture.Accounts, fixture.Accounts.Clock).Handle(request, default);
}
