using CleanLlm.Application.Accounts;
using CleanLlm.Application.Email;
using CleanLlm.Application.Security;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using MediatR;
using NSubstitute;

namespace CleanLlm.Application.UnitTests.Accounts;

internal sealed class PasswordUseCaseTests
{
    private const string Password = "correct horse battery";

    private readonly IUserRepository users = Substitute.For<IUserRepository>();
    private AccountsFixture fixture = null!;
    private ICredentials credentials = null!;

    [SetUp]
    public void KnowTheUser()
    {
        fixture = new AccountsFixture();
        credentials = Substitute.For<ICredentials>();
        users.FindAsync(default, default).ReturnsForAnyArgs(fixture.User);
        users.SaveAsync(null!, default).ReturnsForAnyArgs(true);
        credentials.FindAsync(null!, default).ReturnsForAnyArgs(fixture.User);
        credentials.HashAsync("", default).ReturnsForAnyArgs(Result<PasswordHash>.Success(new PasswordHash("hashed")));
        credentials.VerifyAsync(null!, "", evaluate: true, default).ReturnsForAnyArgs(Verified(fixture.User));
        credentials.IsUnchangedAsync(default, default, default).ReturnsForAnyArgs(true);
    }

    [Test]
    public async Task Login_WhenTheAttemptIsNotEvaluated_DoesTheWorkAndRefuses_WithoutALine()
    {
        fixture.Evaluates = false;

        (await LoginAsync()).Error.Should().Be(AuthErrors.InvalidCredentials);

        await credentials.Received().VerifyAsync(Arg.Is<EmailAddress>(email => email.Value == AccountsFixture.Email), Password, evaluate: false, Arg.Any<CancellationToken>());
        fixture.Audited.Should().BeEmpty();
    }

    [Test]
    public async Task Login_WhenItFails_SaysWhoseAccountItWas_ButNoAddressOfMail()
    {
        credentials.VerifyAsync(null!, "", evaluate: true, default).ReturnsForAnyArgs(Verified(null));

        await LoginAsync();

        var line = fixture.Audited.Should().ContainSingle().Subject;
        line.Should().BeEquivalentTo(new { Action = AuditActions.SignInFailed, ActorId = (Guid?)null, SubjectId = (Guid?)fixture.User.Id.Value });
        line.Detail.Should().Contain("auth.invalid_credentials").And.Contain("192.0.2.1").And.NotContain(AccountsFixture.Email);
        fixture.Throttled.Should().Equal($"try {AccountsFixture.Email}");
    }

    [Test]
    public async Task Login_CountsAsAGuess_WhenTheCodeIsWrong_ButNotWhenItIsOnlyAskedFor()
    {
        fixture.TurnOn();

        (await LoginAsync()).Error.Should().Be(AuthErrors.TwoFactorRequired);
        fixture.Throttled[^1].Should().Be($"succeeded {AccountsFixture.Email}");
        fixture.Audited.Should().BeEmpty();

        (await LoginAsync("654321")).Error.Should().Be(AuthErrors.TwoFactorRequired);
        fixture.Throttled[^1].Should().Be($"try {AccountsFixture.Email}");
        fixture.Audited.Should().ContainSingle().Which.Action.Should().Be(AuditActions.SignInFailed);
        (await LoginAsync(AccountsFixture.Code)).IsSuccess.Should().BeTrue();

        fixture.Throttled[^1].Should().Be($"succeeded {AccountsFixture.Email}");
        (await LoginAsync(AccountsFixture.Code)).Error.Should().Be(AuthErrors.TwoFactorRequired, "a code works once");
    }

    [Test]
    public async Task Login_WhenSomebodyElseUsesTheCodeFirst_IsRefused()
    {
        fixture.TurnOn();
        fixture.LosesRace = true;

        (await LoginAsync(AccountsFixture.Code)).Error.Should().Be(AuthErrors.TwoFactorRequired);
    }

    [Test]
    public async Task Login_WhenTheAddressHasToBeConfirmed_MailsAgain()
    {
        fixture.Auth = new AuthOptions { RequireConfirmedEmail = true };

        (await LoginAsync()).Error.Should().Be(AuthErrors.EmailNotConfirmed);

        fixture.MailRequests.Should().Equal($"confirm {fixture.User.Id}");
        fixture.Sessions.Stored.Should().BeEmpty();
        fixture.User.ConfirmEmail();
        (await LoginAsync()).IsSuccess.Should().BeTrue();
    }

    [Test]
    public async Task Login_WhenThePasswordChangesBehindIt_EndsItsOwnSession()
    {
        credentials.IsUnchangedAsync(default, default, default).ReturnsForAnyArgs(false);
        credentials.VerifyAsync(null!, "", evaluate: true, default)
            .ReturnsForAnyArgs(Verified(fixture.User), Verified(null));

        (await LoginAsync()).Error.Should().Be(AuthErrors.InvalidCredentials);

        fixture.Sessions.Stored.Values.Should().ContainSingle().Which.RevokedAt.Should().NotBeNull();
    }

    [Test]
    public async Task Forgot_OnlyAsksForTheMail()
    {
        var result = await new ForgotPasswordHandler(fixture).Handle(new ForgotPassword("nobody@example.org"), default);

        result.IsSuccess.Should().BeTrue();
        fixture.MailRequests.Should().Equal("reset nobody@example.org");
    }

    [Test]
    public async Task ResetMail_StoresOnlyTheHash_AndReplacesTheFormerToken()
    {
        var (first, second) = (await MailResetAsync(), await MailResetAsync());

        second.Should().HaveLength(43).And.NotBe(first);
        fixture.Tokens.Should().ContainSingle().Which.Hash.Should().Be(SecretToken.HashOf(second));
        fixture.Tokens[0].ExpiresAt.Should().Be(fixture.Clock.GetUtcNow().AddHours(1));
    }

    [Test]
    public async Task ResetMail_ForNobody_OrTooManyForSomebody_IsNotSent()
    {
        fixture.MailsAllowed = 0;
        await fixture.AccountMail(credentials, users).SendResetAsync(fixture.User.Address, default);
        fixture.MailsAllowed = 1;
        credentials.FindAsync(null!, default).ReturnsForAnyArgs((User?)null);
        await fixture.AccountMail(credentials, users).SendResetAsync(EmailAddress.Of("nobody@example.org")!, default);

        fixture.Mails.Should().BeEmpty();
        fixture.Tokens.Should().BeEmpty();
    }

    [Test]
    public async Task ConfirmationMail_IsNotSent_OnceTheAddressIsConfirmed()
    {
        await fixture.AccountMail(credentials, users).SendConfirmationAsync(fixture.User.Id, default);
        fixture.Tokens.Should().ContainSingle().Which.ExpiresAt.Should().Be(fixture.Clock.GetUtcNow().AddHours(24));
        fixture.User.ConfirmEmail();
        await fixture.AccountMail(credentials, users).SendConfirmationAsync(fixture.User.Id, default);

        fixture.Mails.Should().ContainSingle();
    }

    [Test]
    public async Task Invitation_HasATokenForADay_ThatSetsThePassword()
    {
        await fixture.AccountMail(credentials, users).SendInvitationAsync(fixture.User.Id, default);

        fixture.Mails.Should().ContainSingle().Which.Should().BeEquivalentTo(new { To = AccountsFixture.Email, Subject = "Set your password" });
        fixture.Tokens.Should().ContainSingle().Which.Should().BeEquivalentTo(
            new { Purpose = Domain.OneTimeTokens.OneTimeTokenPurpose.ResetPassword, ExpiresAt = fixture.Clock.GetUtcNow().AddHours(24) });
        fixture.User.SetDisabled(true);
        await fixture.AccountMail(credentials, users).SendInvitationAsync(fixture.User.Id, default);
        fixture.Mails.Should().ContainSingle();
    }

    [Test]
    public async Task Reset_SetsThePassword_EndsSessions_AndTells()
    {
        await fixture.Opening.OpenAsync(fixture.User, "password", default);
        var token = await MailResetAsync();

        (await ResetAsync(token)).IsSuccess.Should().BeTrue();

        await credentials.Received().SetPasswordAsync(fixture.User.Id, new PasswordHash("hashed"), Arg.Any<CancellationToken>());
        await credentials.Received().RemoveOtherWaysInAsync(fixture.User.Id, Arg.Any<CancellationToken>());
        fixture.Sessions.Stored.Values.Should().OnlyContain(session => session.RevokedAt != null);
        fixture.User.EmailConfirmed.Should().BeTrue();
        fixture.Audited[^1].Action.Should().Be(AuditActions.PasswordReset);
        fixture.Forgotten.Should().Equal(fixture.User.Id);
        fixture.Mails[^1].Subject.Should().Be("Your password was changed");
        (await ResetAsync(token)).Error.Should().Be(AuthErrors.InvalidOneTimeToken);
    }

    [Test]
    public async Task Reset_OfAConfirmedAddress_LeavesOtherWaysIn()
    {
        fixture.User.ConfirmEmail();

        await ResetAsync(await MailResetAsync());

        await credentials.DidNotReceiveWithAnyArgs().RemoveOtherWaysInAsync(default, default);
    }

    [TestCase(60, false)]
    [TestCase(59, true)]
    public async Task Reset_WorksForAnHour(int minutes, bool works)
    {
        var token = await MailResetAsync();
        fixture.Clock.Advance(TimeSpan.FromMinutes(minutes));

        (await ResetAsync(token)).IsSuccess.Should().Be(works);
    }

    [Test]
    public async Task Change_SparesTheCallersSession()
    {
        await fixture.Opening.OpenAsync(fixture.User, "password", default);
        fixture.SessionId = fixture.Sessions.Stored.Keys.Single();
        await fixture.Opening.OpenAsync(fixture.User, "password", default);

        (await ChangeAsync()).IsSuccess.Should().BeTrue();

        fixture.Sessions.Stored.Values.Where(session => session.RevokedAt is null).Select(session => session.Id).Should().Equal(fixture.SessionId.Value);
        fixture.Audited[^1].Detail.Should().Be("""{"endedSessions":1}""");
        fixture.Mails.Should().ContainSingle().Which.To.Should().Be(AccountsFixture.Email);
    }

    [Test]
    public async Task Change_WithAWrongPassword_BlamesIt_AndCounts()
    {
        credentials.VerifyAsync(null!, "", evaluate: true, default).ReturnsForAnyArgs(Result<Verification>.Success(default));

        (await ChangeAsync()).Error.Should().Be(AuthErrors.WrongPassword);

        fixture.Throttled.Should().Equal($"try {AccountsFixture.Email}");
        await credentials.DidNotReceiveWithAnyArgs().SetPasswordAsync(default, default, default);
    }

    [Test]
    public async Task WhenTooMuchIsHashed_NothingHappens_AndNothingCounts()
    {
        var token = await MailResetAsync();
        credentials.VerifyAsync(null!, "", evaluate: true, default).ReturnsForAnyArgs(Result<Verification>.Failure(AuthErrors.Busy));
        credentials.HashAsync("", default).ReturnsForAnyArgs(Result<PasswordHash>.Failure(AuthErrors.Busy));

        (await LoginAsync()).Error.Should().Be(AuthErrors.Busy);
        (await ChangeAsync()).Error.Should().Be(AuthErrors.Busy);
        (await ResetAsync(token)).Error.Should().Be(AuthErrors.Busy);

        fixture.Throttled.Should().Equal(Enumerable.Repeat((string[])[$"try {AccountsFixture.Email}", $"succeeded {AccountsFixture.Email}"], 2).SelectMany(pair => pair));
        fixture.Audited.Should().BeEmpty();
        fixture.Tokens.Should().ContainSingle("the token can be used again");
        await credentials.DidNotReceiveWithAnyArgs().SetPasswordAsync(default, default, default);
    }

    [Test]
    public async Task Login_WhenThePasswordChangesBehindIt_AndCannotBeLookedAtAgain_EndsItsOwnSession()
    {
        credentials.IsUnchangedAsync(default, default, default).ReturnsForAnyArgs(false);
        credentials.VerifyAsync(null!, "", evaluate: true, default).ReturnsForAnyArgs(Verified(fixture.User), Result<Verification>.Failure(AuthErrors.Busy));

        (await LoginAsync()).Error.Should().Be(AuthErrors.Busy);

        fixture.Sessions.Stored.Values.Should().ContainSingle().Which.RevokedAt.Should().NotBeNull();
    }

    private Result<Verification> Verified(User? user) => new Verification(fixture.User.Id, user);

    private Task<Result<TokenPair>> LoginAsync(string? code = null) =>
        fixture.Login(credentials).Handle(new Login(AccountsFixture.Email, Password, code), default);

    private async Task<string> MailResetAsync()
    {
        await fixture.AccountMail(credentials, users, new EmailOptions { ResetUrl = "https://app.example.org/reset" })
            .SendResetAsync(fixture.User.Address, default);
        return fixture.Mails[^1].Text.Split("token=")[1].Split('\n')[0];
    }

    private Task<Result<Unit>> ResetAsync(string token) =>
        new ResetPasswordHandler(fixture, users, credentials, fixture.Replacement(credentials), fixture, fixture.Clock)
            .Handle(new ResetPassword(token, "another long password"), default);

    private Task<Result<Unit>> ChangeAsync() =>
        new ChangePasswordHandler(users, credentials, fixture, fixture.Replacement(credentials), fixture, fixture, fixture)
            .Handle(new ChangePassword(Password, "another long password"), default);
}
