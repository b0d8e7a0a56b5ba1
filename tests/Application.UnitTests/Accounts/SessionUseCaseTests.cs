using CleanLlm.Application.Accounts;
using CleanLlm.Application.Security;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Sessions;
using CleanLlm.Domain.Users;
using NSubstitute;

namespace CleanLlm.Application.UnitTests.Accounts;

internal sealed class SessionUseCaseTests
{
    private readonly AccountsFixture fixture = new();
    private readonly ICredentials credentials = Substitute.For<ICredentials>();
    private readonly IUserRepository users = Substitute.For<IUserRepository>();

    [SetUp]
    public void KnowTheUser()
    {
        fixture.Sessions.Stored.Clear();
        fixture.Sessions.AccountsEnded = false;
        fixture.Sessions.Added = null;
        fixture.Audited.Clear();
        fixture.Forgotten.Clear();
        credentials.VerifyAsync(null!, "", evaluate: true, default).ReturnsForAnyArgs(Result<Verification>.Success(new Verification(fixture.User.Id, fixture.User)));
        credentials.IsUnchangedAsync(default, default, default).ReturnsForAnyArgs(true);
        users.FindAsync(fixture.User.Id, default).ReturnsForAnyArgs(fixture.User);
    }

    [Test]
    public async Task Login_OpensASessionAndStoresOnlyTheHash()
    {
        var pair = await LoginAsync();

        var session = fixture.Sessions.Stored.Values.Should().ContainSingle().Subject;
        pair.AccessToken.Should().Be($"jwt of {fixture.User.Id} in {session.Id}");
        pair.Should().BeEquivalentTo(
            new { TokenType = "Bearer", ExpiresIn = 900, RefreshTokenExpiresAt = fixture.Clock.GetUtcNow().AddDays(14) });
        pair.RefreshToken.Should().HaveLength(43);
        session.Tokens[0].Hash.Should().HaveLength(RefreshToken.HashLength).And.NotBe(pair.RefreshToken);
        fixture.User.LastSignInAt.Should().Be(fixture.Clock.GetUtcNow());
    }

    [Test]
    public async Task Login_WhenTheCredentialsAreWrong_OpensNoSession()
    {
        credentials.VerifyAsync(null!, "", evaluate: true, default).ReturnsForAnyArgs(Result<Verification>.Success(default));

        var result = await Handler().Handle(new Login(AccountsFixture.Email, "wrong"), default);

        result.Error.Should().Be(AuthErrors.InvalidCredentials);
        fixture.Sessions.Stored.Should().BeEmpty();
    }

    [Test]
    public async Task Login_WhenTheAccountEndsBeforeTheSessionIsStored_IsRefused()
    {
        fixture.Sessions.AccountsEnded = true;

        var result = await Handler().Handle(new Login(AccountsFixture.Email, "correct horse battery"), default);

        result.Error.Should().Be(AuthErrors.InvalidCredentials);
        fixture.Audited.Should().NotContain(line => line.Action == AuditActions.SignInFailed, "nothing is noted about somebody who is gone");
    }

    [Test]
    public async Task Login_WhenTheAccountEndsAfterTheSessionWasStored_IsRefused_WithoutALineAboutIt()
    {
        credentials.VerifyAsync(null!, "", evaluate: true, default).ReturnsForAnyArgs(
            Result<Verification>.Success(new Verification(fixture.User.Id, fixture.User)), Result<Verification>.Success(default));
        credentials.IsUnchangedAsync(default, default, default).ReturnsForAnyArgs(false);

        var result = await Handler().Handle(new Login(AccountsFixture.Email, "correct horse battery"), default);

        result.Error.Should().Be(AuthErrors.InvalidCredentials);
        fixture.Audited.Single(line => line.Action == AuditActions.SignInFailed).SubjectId.Should().BeNull();
    }

    [Test]
    public async Task Login_WhoseCallerHangsUpWhileThePasswordIsChanged_LeavesNoSession()
    {
        using var caller = new CancellationTokenSource();
        fixture.Sessions.Added = caller.Cancel;
        credentials.IsUnchangedAsync(default, default, default).ReturnsForAnyArgs(call =>
        {
            call.Arg<CancellationToken>().ThrowIfCancellationRequested();
            return false;
        });
        credentials.VerifyAsync(null!, "", evaluate: true, default).ReturnsForAnyArgs(call =>
        {
            call.Arg<CancellationToken>().ThrowIfCancellationRequested();
            return Result<Verification>.Success(fixture.Sessions.Stored.Count == 0 ? new Verification(fixture.User.Id, fixture.User) : default);
        });

        var result = await Handler().Handle(new Login(AccountsFixture.Email, "correct horse battery"), caller.Token);

        result.Error.Should().Be(AuthErrors.InvalidCredentials);
        fixture.Sessions.Stored.Values.Should().ContainSingle().Which.RevokedAt.Should().NotBeNull();
    }

    [Test]
    public async Task Refresh_GivesANewPairOfTheSameSession()
    {
        var first = await LoginAsync();
        fixture.Clock.Advance(TimeSpan.FromDays(1));

        var second = (await RefreshAsync(first.RefreshToken)).Value;

        second.AccessToken.Should().Be(first.AccessToken);
        second.RefreshToken.Should().NotBe(first.RefreshToken);
        second.RefreshTokenExpiresAt.Should().Be(first.RefreshTokenExpiresAt.AddDays(1));
    }

    [Test]
    public async Task Refresh_WhenRepeatedSoon_GivesTheSameTokenAgain()
    {
        var first = await LoginAsync();

        var (second, again) = ((await RefreshAsync(first.RefreshToken)).Value, (await RefreshAsync(first.RefreshToken)).Value);

        again.Should().Be(second);
    }

    [Test]
    public async Task Refresh_WhenTheTokenWasSpent_EndsTheSession_AndSaysSo()
    {
        var first = await LoginAsync();
        var second = (await RefreshAsync(first.RefreshToken)).Value;
        fixture.Clock.Advance(TimeSpan.FromSeconds(10));

        (await RefreshAsync(first.RefreshToken)).Error.Should().Be(AuthErrors.InvalidRefreshToken);
        (await RefreshAsync(second.RefreshToken)).Error.Should().Be(AuthErrors.InvalidRefreshToken);
        fixture.Audited.Select(line => line.Action).Should().Equal(AuditActions.SignedIn, AuditActions.RefreshReused);
        fixture.Forgotten.Should().Equal(fixture.User.Id);
    }

    [Test]
    public async Task Refresh_WhenAnotherOneWinsTheRace_IsRefused()
    {
        var pair = await LoginAsync();
        var session = fixture.Sessions.Stored.Values.Single();
        fixture.Sessions.Winner = () => session.Revoke(fixture.Clock.GetUtcNow());

        (await RefreshAsync(pair.RefreshToken)).Error.Should().Be(AuthErrors.InvalidRefreshToken);
    }

    [Test]
    public async Task Refresh_WhenTheUserWasDisabledOrErased_IsRefused()
    {
        var pair = await LoginAsync();
        users.FindAsync(default, default).ReturnsForAnyArgs((User?)null);

        (await RefreshAsync(pair.RefreshToken)).Error.Should().Be(AuthErrors.InvalidRefreshToken);
    }

    [Test]
    public async Task Refresh_WhenTheTokenIsUnknown_IsRefused() =>
        (await RefreshAsync("made-up")).Error.Should().Be(AuthErrors.InvalidRefreshToken);

    [Test]
    public async Task Logout_WithARefreshToken_EndsItsSession()
    {
        var pair = await LoginAsync();

        await LogoutAsync(pair.RefreshToken);

        (await RefreshAsync(pair.RefreshToken)).Error.Should().Be(AuthErrors.InvalidRefreshToken);
    }

    [Test]
    public async Task Logout_WithoutOne_EndsTheSessionOfTheAccessToken()
    {
        await LoginAsync();
        var other = await LoginAsync();
        fixture.SessionId = fixture.Sessions.Stored.Keys.First();

        await LogoutAsync(null);

        fixture.Sessions.Stored[fixture.SessionId.Value].RevokedAt.Should().NotBeNull();
        (await RefreshAsync(other.RefreshToken)).IsSuccess.Should().BeTrue();
    }

    [Test]
    public async Task Logout_WithSomebodyElsesToken_LeavesTheirSession()
    {
        var secret = SecretToken.New();
        var now = fixture.Clock.GetUtcNow();
        var foreign = Session.Open(UserId.New(now), default, secret.Hash, fixture.Options.Value.SessionLifetime, now);
        await fixture.Sessions.AddAsync(foreign, fixture.User, default);

        (await LogoutAsync(secret.Value)).Should().BeTrue();

        foreign.RevokedAt.Should().BeNull();
    }

    private LoginHandler Handler() => fixture.Login(credentials);

    private async Task<TokenPair> LoginAsync() =>
        (await Handler().Handle(new Login(AccountsFixture.Email, "correct horse battery"), default)).Value;

    private Task<Domain.Results.Result<TokenPair>> RefreshAsync(string token) =>
        new RefreshHandler(fixture.Sessions, users, fixture, fixture, fixture, fixture, fixture.Options, fixture.Clock)
            .Handle(new Refresh(token), default);

    private async Task<bool> LogoutAsync(string? token) =>
        (await new LogoutHandler(fixture.Ending, fixture.Sessions, fixture).Handle(new Logout(token), default)).IsSuccess;
}
