using CleanLlm.Application.Administration;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using NSubstitute;

namespace CleanLlm.Application.UnitTests.Administration;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ChangeUserTests
{
    private readonly AdministrationFixture fixture = new();
    private readonly PlanId plan = new(Guid.CreateVersion7());

    [Test]
    public async Task AChange_IsStoredAuditedAndKnownEverywhere()
    {
        var changed = (await ChangeAsync(UserRole.Admin, disabled: true, new PlanChoice(plan))).Value;

        changed.Should().BeEquivalentTo(new { fixture.Somebody.Id, Role = UserRole.Admin, Disabled = true, PlanId = (PlanId?)plan });
        fixture.Accounts.Audited.Should().Equal(new AuditEvent(
            AuditActions.UserChanged,
            fixture.Accounts.User.Id.Value,
            fixture.Somebody.Id.Value,
            $$$"""{"role":{"from":"user","to":"admin"},"disabled":{"from":false,"to":true},"planId":{"from":null,"to":"{{{plan}}}"}}"""));
        fixture.Accounts.Forgotten.Should().Equal(fixture.Somebody.Id);
        await fixture.Directory.ReceivedWithAnyArgs(1).SaveAsync(null!, default, default);
    }

    [Test]
    public async Task WhatIsAsItWas_IsNotStoredAgain()
    {
        (await ChangeAsync(UserRole.User, disabled: false, new PlanChoice(null))).IsSuccess.Should().BeTrue();
        (await ChangeAsync()).IsSuccess.Should().BeTrue();

        fixture.Accounts.Audited.Should().BeEmpty();
        fixture.Accounts.Forgotten.Should().BeEmpty();
        await fixture.Directory.DidNotReceiveWithAnyArgs().SaveAsync(null!, default, default);
    }

    [Test]
    public async Task WhatCannotBeStored_IsNotForgotten()
    {
        fixture.Directory.SaveAsync(null!, default, default).ReturnsForAnyArgs(Result<AdminUserDto>.Failure(AdminErrors.LastAdmin));

        (await ChangeAsync(UserRole.Admin)).Error.Should().Be(AdminErrors.LastAdmin);

        fixture.Accounts.Forgotten.Should().BeEmpty();
    }

    [Test]
    public async Task AChange_IsKnownEverywhere_AndAnswersWhatWasStored_AlsoWhenTheCallerHangsUp()
    {
        using var caller = new CancellationTokenSource();
        fixture.Directory.SaveAsync(null!, default, default).ReturnsForAnyArgs(call =>
        {
            caller.Cancel();
            return Result<AdminUserDto>.Success(AdministrationFixture.Shown(call.Arg<User>()));
        });

        var changed = await HandleAsync(new ChangeUser(fixture.Somebody.Id, Role: null, Disabled: true, Plan: null), caller.Token);

        changed.Value.Disabled.Should().BeTrue();
        fixture.Accounts.Forgotten.Should().Equal(fixture.Somebody.Id);
        await fixture.Directory.DidNotReceiveWithAnyArgs().FindAsync(default, default);
    }

    [Test]
    public async Task AnUnknownPlan_IsRefused()
    {
        fixture.Directory.HasPlanAsync(default, default).ReturnsForAnyArgs(false);

        (await ChangeAsync(plan: new PlanChoice(plan))).Error.Should().Be(PlanErrors.Unknown);
    }

    [TestCase(UserRole.User, null)]
    [TestCase(null, true)]
    public async Task Admins_NeitherDemoteNorDisableThemselves(UserRole? role, bool? disabled)
    {
        var outcome = await HandleAsync(new ChangeUser(fixture.Accounts.User.Id, role, disabled, Plan: null));

        outcome.Error.Should().Be(AdminErrors.SelfChange);
        fixture.Accounts.User.Should().BeEquivalentTo(new { Role = UserRole.Admin, Disabled = false });
    }

    [Test]
    public async Task Admins_ChangeTheirOwnPlan() =>
        (await HandleAsync(new ChangeUser(fixture.Accounts.User.Id, UserRole.Admin, Disabled: false, new PlanChoice(plan)))).Value.PlanId.Should().Be(plan);

    private Task<Result<AdminUserDto>> ChangeAsync(UserRole? role = null, bool? disabled = null, PlanChoice? plan = null) =>
        HandleAsync(new ChangeUser(fixture.Somebody.Id, role, disabled, plan));

    private Task<Result<AdminUserDto>> HandleAsync(ChangeUser request, CancellationToken ct = default) =>
        new ChangeUserHandler(fixture.Users, fixture.Directory, fixture.Accounts, fixture.Accounts, fixture.Accounts, fixture.Accounts.Clock)
            .Handle(request, ct);
}
