using CleanLlm.Application.Accounts;
using CleanLlm.Application.TwoFactor;
using CleanLlm.Application.UnitTests.Accounts;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using MediatR;
using NSubstitute;

namespace CleanLlm.Application.UnitTests.TwoFactor;

internal sealed class TwoFactorUseCaseTests
{
    private readonly IUserRepository users = Substitute.For<IUserRepository>();
    private AccountsFixture fixture = null!;

    [SetUp]
    public void KnowTheUser()
    {
        fixture = new AccountsFixture();
        users.FindAsync(default, default).ReturnsForAnyArgs(fixture.User);
    }

    [Test]
    public async Task SetUpAndConfirm_TurnItOn_WithTenCodesAndAnEndOfOtherSessions()
    {
        await fixture.Opening.OpenAsync(fixture.User, "password", default);

        (await SetUpAsync()).Value.Should().Be(new TwoFactorSetUp("SECRET", $"otpauth://totp/{AccountsFixture.Email}"));
        fixture.Secret!.IsOn.Should().BeFalse();
        var codes = (await ConfirmAsync()).Value.RecoveryCodes;

        fixture.Secret.IsOn.Should().BeTrue();
        fixture.Secret.LastStep.Should().Be(fixture.Step);
        codes.Should().HaveCount(10).And.OnlyHaveUniqueItems().And.OnlyContain(code => code.Length == 19);
        fixture.Secret.RecoveryCodeHashes.Should().HaveCount(10).And.NotContain(hash => codes.Contains(hash));
        fixture.Sessions.Stored.Values.Should().OnlyContain(session => session.RevokedAt != null);
        fixture.Audited.Select(line => line.Action)
            .Should().Equal(AuditActions.SignedIn, AuditActions.TwoFactorSetUp, AuditActions.TwoFactorEnabled);
    }

    [Test]
    public async Task SetUp_AgainBeforeTheFirstCode_StartsOver()
    {
        await SetUpAsync();

        (await SetUpAsync()).IsSuccess.Should().BeTrue();
    }

    [Test]
    public async Task OutOfTurn_IsAConflict()
    {
        (await ConfirmAsync()).Error.Should().Be(AuthErrors.TwoFactorNotSetUp);
        (await TurnOffAsync(AccountsFixture.Code)).Error.Should().Be(AuthErrors.TwoFactorNotSetUp);
        fixture.TurnOn();
        (await ConfirmAsync()).Error.Should().Be(AuthErrors.TwoFactorOn);
        (await SetUpAsync()).Error.Should().Be(AuthErrors.TwoFactorOn);
    }

    [Test]
    public async Task TurnOff_TakesARecoveryCode()
    {
        var codes = fixture.TurnOn();

        (await TurnOffAsync("nonsense")).Error.Should().Be(AuthErrors.WrongCode);
        (await TurnOffAsync(codes[1].ToLowerInvariant())).IsSuccess.Should().BeTrue();

        fixture.Secret.Should().BeNull();
        fixture.Audited.Select(line => line.Action).Should().Equal(AuditActions.RecoveryCodeUsed, AuditActions.TwoFactorDisabled);
    }

    [Test]
    public async Task TurnOff_WhenTooManyWereGuessed_IsNotEvaluated()
    {
        fixture.TurnOn();
        fixture.Evaluates = false;

        (await TurnOffAsync(AccountsFixture.Code)).Error.Should().Be(AuthErrors.WrongCode);

        fixture.Secret.Should().NotBeNull();
    }

    [Test]
    public void RecoveryCodes_HaveEightyBits_AndForgiveTheirTyping()
    {
        var code = RecoveryCode.New();

        code.Replace("-", "", StringComparison.Ordinal).Should().HaveLength(16).And.MatchRegex("^[A-HJ-NP-Z2-9]{16}$");
        RecoveryCode.HashOf(code.ToLowerInvariant().Replace('-', ' ')).Should().Be(RecoveryCode.HashOf(code));
        RecoveryCode.HashOf("123456").Should().BeNull();
    }

    private Task<Result<TwoFactorSetUp>> SetUpAsync() =>
        new SetUpTwoFactorHandler(fixture, users, fixture, fixture, fixture).Handle(new SetUpTwoFactor(), default);

    private Task<Result<IssuedRecoveryCodes>> ConfirmAsync() =>
        new ConfirmTwoFactorHandler(fixture, fixture, fixture.Sessions, fixture, fixture, fixture, fixture, fixture.Clock)
            .Handle(new ConfirmTwoFactor(AccountsFixture.Code), default);

    private Task<Result<Unit>> TurnOffAsync(string code) =>
        new TurnOffTwoFactorHandler(fixture, users, fixture.SecondFactor, fixture, fixture, fixture).Handle(new TurnOffTwoFactor(code), default);
}
