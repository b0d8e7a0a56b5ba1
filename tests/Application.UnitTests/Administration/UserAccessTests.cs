using CleanLlm.Application.Accounts;
using CleanLlm.Application.Administration;
using CleanLlm.Application.ApiKeys;
using CleanLlm.Application.Usage;
using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Sessions;
using CleanLlm.Domain.Users;
using MediatR;
using NSubstitute;

namespace CleanLlm.Application.UnitTests.Administration;

/// <summary>What an admin sees and revokes of a user's sessions, keys and second factor.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class UserAccessTests
{
    private static readonly UserId Nobody = new(Guid.CreateVersion7());

    private readonly AdministrationFixture fixture = new();
    private readonly IApiKeyRepository keys = Substitute.For<IApiKeyRepository>();
    private readonly IAccountErasure erasure = Substitute.For<IAccountErasure>();
    private readonly IUsageQueries usage = Substitute.For<IUsageQueries>();

    private Guid Me => fixture.Accounts.User.Id.Value;

    private User Somebody => fixture.Somebody;

    [Test]
    public async Task Sessions_AreListed_AndThoseOfNobodyAreNot()
    {
        var session = await SignInAsync(Somebody);
        await SignInAsync(fixture.Accounts.User);

        (await ListSessionsAsync(Somebody.Id)).Value.Should().ContainSingle().Which.Should().BeEquivalentTo(new { session.Id, Current = false });
        (await ListSessionsAsync(Nobody)).Error.Should().Be(AdminErrors.UserNotFound);
    }

    [Test]
    public async Task ASession_IsEnded_AuditedAboutItsUser_AndKnownEverywhere()
    {
        var session = await SignInAsync(Somebody);

        (await RevokeAsync(Somebody.Id, session.Id)).IsSuccess.Should().BeTrue();

        session.RevokedAt.Should().Be(fixture.Accounts.Clock.GetUtcNow());
        fixture.Accounts.Audited.Should().Equal(
            new AuditEvent(AuditActions.UserSessionRevoked, Me, Somebody.Id.Value, $$"""{"sessionId":"{{session.Id}}"}"""));
        fixture.Accounts.Forgotten.Should().Equal(Somebody.Id);
        (await RevokeAsync(Somebody.Id, session.Id)).IsSuccess.Should().BeTrue("it is over already");
        fixture.Accounts.Audited.Should().HaveCount(1);
    }

    [Test]
    public async Task ASession_OfAnotherUser_IsNotThere()
    {
        var own = await SignInAsync(fixture.Accounts.User);

        (await RevokeAsync(Somebody.Id, own.Id)).Error.Should().Be(AuthErrors.SessionNotFound);
        (await RevokeAsync(Nobody, own.Id)).Error.Should().Be(AdminErrors.UserNotFound);

        own.RevokedAt.Should().BeNull();
        fixture.Accounts.Audited.Should().BeEmpty();
    }

    [Test]
    public async Task AllSessions_AreEnded_OfThisUserAlone()
    {
        var (first, second, own) = (await SignInAsync(Somebody), await SignInAsync(Somebody), await SignInAsync(fixture.Accounts.User));

        (await RevokeAllAsync(Somebody.Id)).IsSuccess.Should().BeTrue();

        (first.RevokedAt, second.RevokedAt, own.RevokedAt).Should().Be((fixture.Accounts.Clock.GetUtcNow(), fixture.Accounts.Clock.GetUtcNow(), null));
        fixture.Accounts.Audited.Should().Equal(new AuditEvent(AuditActions.UserSessionsRevoked, Me, Somebody.Id.Value, """{"endedSessions":2}"""));
        fixture.Accounts.Forgotten.Should().Equal(Somebody.Id);
        (await RevokeAllAsync(Nobody)).Error.Should().Be(AdminErrors.UserNotFound);
    }

    [Test]
    public async Task AKey_IsRevoked_AuditedAboutItsOwner_AndKnownEverywhere()
    {
        var key = ApiKey.Create(
            Somebody.Id, ApiKeyId.New(fixture.Accounts.Clock.GetUtcNow()), new ApiKeyTerms("CI", ApiKeyScopes.Completions, null, null), [1], fixture.Accounts.Clock.GetUtcNow()).Value;
        keys.FindAsync(key.Id, Somebody.Id, Arg.Any<CancellationToken>()).Returns(key);
        keys.ListAsync(Somebody.Id, Arg.Any<CancellationToken>()).Returns([key]);
        keys.RemoveAsync(key, Arg.Any<CancellationToken>()).Returns(true);

        (await ListKeysAsync(Somebody.Id)).Value.Should().ContainSingle().Which.Should().BeOfType<ApiKeyDto>().Which.Id.Should().Be(key.Id);
        (await RevokeKeyAsync(Somebody.Id, key.Id)).IsSuccess.Should().BeTrue();

        await keys.Received(1).RemoveAsync(key, Arg.Any<CancellationToken>());
        fixture.Accounts.Audited.Should().Equal(new AuditEvent(AuditActions.UserKeyRevoked, Me, Somebody.Id.Value, $$"""{"keyId":"{{key.Id}}"}"""));
        fixture.Accounts.Forgotten.Should().Equal(Somebody.Id);
    }

    [Test]
    public async Task AKey_ThatTheUserDoesNotHave_IsNotThere()
    {
        var key = ApiKeyId.New(fixture.Accounts.Clock.GetUtcNow());

        (await RevokeKeyAsync(Somebody.Id, key)).Error.Should().Be(ApiKeyErrors.NotFound);
        (await RevokeKeyAsync(Nobody, key)).Error.Should().Be(AdminErrors.UserNotFound);
        (await ListKeysAsync(Nobody)).Error.Should().Be(AdminErrors.UserNotFound);
    }

    [Test]
    public async Task ASecondFactor_IsRemoved_WithAllSessions_AndItsOwnerIsTold()
    {
        fixture.Accounts.TurnOn(Somebody.Id);
        var session = await SignInAsync(Somebody);

        (await ResetAsync(Somebody.Id)).IsSuccess.Should().BeTrue();

        fixture.Accounts.Secret.Should().BeNull();
        session.RevokedAt.Should().NotBeNull();
        fixture.Accounts.Audited.Should().Equal(new AuditEvent(AuditActions.TwoFactorReset, Me, Somebody.Id.Value, """{"endedSessions":1}"""));
        fixture.Accounts.Forgotten.Should().Equal(Somebody.Id);
        fixture.Accounts.Mails.Should().ContainSingle().Which.Should().BeEquivalentTo(new { To = Somebody.Email, Subject = "Your second factor was removed" });
        (await ResetAsync(Somebody.Id)).Error.Should().Be(AuthErrors.TwoFactorNotSetUp);
    }

    [Test]
    public async Task ASecondFactor_ThatChangesAtThisMoment_StaysAsItIs()
    {
        fixture.Accounts.TurnOn(Somebody.Id);
        fixture.Accounts.LosesRace = true;

        (await ResetAsync(Somebody.Id)).Error.Should().Be(AdminErrors.ChangedMeanwhile);

        fixture.Accounts.Audited.Should().BeEmpty();
        fixture.Accounts.Mails.Should().BeEmpty();
    }

    [Test]
    public async Task Admins_DoNotResetTheirOwnSecondFactor()
    {
        fixture.Accounts.TurnOn();

        (await ResetAsync(fixture.Accounts.User.Id)).Error.Should().Be(AdminErrors.SelfReset);
        (await ResetAsync(Nobody)).Error.Should().Be(AdminErrors.UserNotFound);

        fixture.Accounts.Secret.Should().NotBeNull();
    }

    [Test]
    public async Task AnErasure_IsAuditedAsTheAdmins_AndKnownEverywhere()
    {
        (await EraseAsync(Somebody.Id)).IsSuccess.Should().BeTrue();

        await erasure.Received(1).EraseAsync(Somebody.Id, Arg.Any<CancellationToken>());
        fixture.Accounts.Audited.Should().Equal(new AuditEvent(AuditActions.Erased, Me, Somebody.Id.Value));
        fixture.Accounts.Forgotten.Should().Equal(Somebody.Id);
    }

    [Test]
    public async Task AnErasure_ThatIsRefused_ChangesNoRights()
    {
        erasure.EraseAsync(default, default).ReturnsForAnyArgs(AdminErrors.LastAdmin);
        (await EraseAsync(Somebody.Id)).Error.Should().Be(AdminErrors.LastAdmin);
        erasure.EraseAsync(default, default).ReturnsForAnyArgs(AuthErrors.AccountUnavailable);
        (await EraseAsync(Somebody.Id)).Error.Should().Be(AdminErrors.UserNotFound, "somebody else erased them first");

        fixture.Accounts.Forgotten.Should().BeEmpty();
        (await EraseAsync(Nobody)).Error.Should().Be(AdminErrors.UserNotFound);
        (await EraseAsync(fixture.Accounts.User.Id)).Error.Should().Be(AdminErrors.SelfErasure);
    }

    [Test]
    public async Task Usage_IsTheUsers_NotTheAdmins()
    {
        usage.SumAsync(Somebody.Id, default, default, default, default).ReturnsForAnyArgs([]);
        usage.SumAsync(Somebody.Id, Arg.Any<DateTimeOffset>(), Arg.Any<DateTimeOffset>(), UsageGrouping.Model, Arg.Any<CancellationToken>())
            .Returns([new UsageLineDto("m", 2, 3, 0, 4, 0, 1.5m)]);

        var report = (await ReportAsync(Somebody.Id)).Value;

        report.From.Should().Be(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));
        report.Total.Should().BeEquivalentTo(new { Requests = 2, CostMicros = 1.5m });
        (await ReportAsync(Nobody)).Error.Should().Be(AdminErrors.UserNotFound);
    }

    private async Task<Session> SignInAsync(User user)
    {
        var session = Session.Open(user.Id, default, Guid.CreateVersion7().ToString(), new AuthOptions().SessionLifetime, fixture.Accounts.Clock.GetUtcNow());
        await fixture.Accounts.Sessions.AddAsync(session, user, default);
        return session;
    }

    private Task<Result<IReadOnlyList<SessionDto>>> ListSessionsAsync(UserId user) =>
        new ListUserSessionsHandler(fixture.Users, fixture.Accounts.Sessions, fixture.Accounts, fixture.Accounts.Clock).Handle(new ListUserSessions(user), default);

    private Task<Result<Unit>> RevokeAsync(UserId user, SessionId session) =>
        new RevokeUserSessionHandler(fixture.Users, fixture.Accounts.Ending, fixture.Accounts.Sessions, fixture.Accounts).Handle(new RevokeUserSession(user, session), default);

    private Task<Result<Unit>> RevokeAllAsync(UserId user) =>
        new RevokeUserSessionsHandler(
            fixture.Users, fixture.Accounts.Sessions, fixture.Accounts, fixture.Accounts, fixture.Accounts, fixture.Accounts, fixture.Accounts.Clock)
            .Handle(new RevokeUserSessions(user), default);

    private Task<Result<IReadOnlyList<ApiKeyDto>>> ListKeysAsync(UserId user) =>
        new ListUserApiKeysHandler(fixture.Users, keys, fixture.Accounts.Clock).Handle(new ListUserApiKeys(user), default);

    private Task<Result<Unit>> RevokeKeyAsync(UserId user, ApiKeyId key) =>
        new RevokeUserApiKeyHandler(fixture.Users, new ApiKeyRevocation(keys, fixture.Accounts, fixture.Accounts), fixture.Accounts).Handle(new RevokeUserApiKey(user, key), default);

    private Task<Result<Unit>> ResetAsync(UserId user) =>
        new ResetTwoFactorHandler(
            fixture.Users, fixture.Accounts, fixture.Accounts.Sessions, fixture.Accounts, fixture.Accounts, fixture.Accounts, fixture.Accounts, fixture.Accounts, fixture.Accounts.Clock)
            .Handle(new ResetTwoFactor(user), default);

    private Task<Result<Unit>> EraseAsync(UserId user) =>
        new EraseUserHandler(fixture.Users, erasure, fixture.Accounts, fixture.Accounts, fixture.Accounts).Handle(new EraseUser(user), default);

    private Task<Result<UsageReportDto>> ReportAsync(UserId user) =>
        new GetUserUsageHandler(fixture.Users, new UsageReporting(usage, fixture.Accounts.Clock)).Handle(new GetUserUsage(user, null, null, UsageGrouping.Model), default);
}
