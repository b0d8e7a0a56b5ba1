using CleanLlm.Application.Accounts;
using CleanLlm.Application.Accounts.External;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.ExternalLogins;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.OneTimeTokens;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using MediatR;
using NSubstitute;
using NSubstitute.ClearExtensions;

namespace CleanLlm.Application.UnitTests.Accounts.External;

internal sealed class ExternalSignInUseCaseTests : IExternalCodes
{
    private static readonly ExternalProvider Provider = new("google", "Google", "external:google");

    private readonly AccountsFixture fixture = new();
    private readonly IExternalLogins logins = Substitute.For<IExternalLogins>();
    private readonly IAccountMailQueue mails = Substitute.For<IAccountMailQueue>();
    private readonly IExternalProviders providers = Substitute.For<IExternalProviders>();
    private readonly Dictionary<string, OneTimeToken> codes = new(StringComparer.Ordinal);

    [SetUp]
    public void Prepare()
    {
        codes.Clear();
        fixture.Audited.Clear();
        fixture.Sessions.Stored.Clear();
        logins.ClearSubstitute();
        mails.ClearReceivedCalls();
        providers.All.Returns([Provider]);
        providers.PrepareAsync(Provider, default).ReturnsForAnyArgs((Error?)null);
        logins.CreateAsync(default!, default!, default).ReturnsForAnyArgs(call => Result<User>.Success(call.Arg<User>()));
        logins.LinkAsync(default, default!, default).ReturnsForAnyArgs(Result<Unit>.Success(Unit.Value));
    }

    [Test]
    public async Task Start_OfAKnownProvider_ChallengesItsScheme()
    {
        var started = await new StartExternalSignInHandler(providers).Handle(new StartExternalSignIn("google", "https://app.example.org/"), default);

        started.Value.Should().Be(new ExternalChallenge("external:google", "https://app.example.org/"));
    }

    [Test]
    public async Task Start_OfAnUnknownOrUnreachableProvider_IsRefused()
    {
        var handler = new StartExternalSignInHandler(providers);

        (await handler.Handle(new StartExternalSignIn("Google", "any"), default)).Error.Should().Be(AuthErrors.ExternalProviderNotFound);
        providers.PrepareAsync(Provider, default).ReturnsForAnyArgs(AuthErrors.ExternalUnavailable);
        (await handler.Handle(new StartExternalSignIn("google", "any"), default)).Error.Should().Be(AuthErrors.ExternalUnavailable);
    }

    [Test]
    public async Task TheCode_Has256Bits_AMinute_AndIsStoredAsAHash()
    {
        var code = await IssueAsync(Identity("ada@example.org"));

        code.Should().HaveLength(43);
        var stored = codes.Values.Single();
        stored.Should().BeEquivalentTo(new { Purpose = OneTimeTokenPurpose.ExternalSignIn, ExpiresAt = fixture.Clock.GetUtcNow().AddSeconds(60) });
        stored.Hash.Should().HaveLength(OneTimeToken.HashLength).And.NotBe(code);
        stored.Payload.Should().NotContain(code);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Exchange_OfAnUnknownIdentity_MakesAnAccount_ConfirmedAsTheProviderSays(bool verified)
    {
        var pair = await ExchangeAsync(await IssueAsync(Identity("ada@example.org", verified)));

        pair.IsSuccess.Should().BeTrue();
        await logins.Received().CreateAsync(
            Arg.Is<User>(user => user.Email == "ada@example.org" && user.DisplayName == "Ada" && user.EmailConfirmed == verified && user.Role == UserRole.User),
            Arg.Is<ExternalIdentity>(identity => identity.Issuer == "https://accounts.example.com" && identity.Subject == "4711"),
            default);
        mails.Received(verified ? 0 : 1).RequestConfirmation(Arg.Any<UserId>());
        fixture.Audited.Select(line => line.Action).Should().Equal(AuditActions.Registered, AuditActions.ExternalLinked, AuditActions.SignedIn);
        fixture.Audited[^1].Detail.Should().Contain("external:google");
        fixture.Audited.Should().NotContain(line => line.Detail!.Contains("ada@", StringComparison.Ordinal));
    }

    [Test]
    public async Task Exchange_OfAKnownIdentity_SignsItsUserIn_WhateverAddressItGives()
    {
        logins.FindUserAsync(default!, default).ReturnsForAnyArgs(fixture.User);

        (await ExchangeAsync(await IssueAsync(Identity("other@example.org")))).IsSuccess.Should().BeTrue();

        fixture.Sessions.Stored.Values.Single().UserId.Should().Be(fixture.User.Id);
        await logins.DidNotReceiveWithAnyArgs().CreateAsync(default!, default!, default);
    }

    [Test]
    public async Task Exchange_WithATakenAddress_IsRefused_UnlessTheIdentityCameMeanwhile()
    {
        logins.CreateAsync(default!, default!, default).ReturnsForAnyArgs(AuthErrors.ExternalEmailTaken);
        (await ExchangeAsync(await IssueAsync(Identity("ada@example.org")))).Error.Should().Be(AuthErrors.ExternalEmailTaken);

        logins.FindUserAsync(default!, default).ReturnsForAnyArgs(null, fixture.User);
        (await ExchangeAsync(await IssueAsync(Identity("ada@example.org")))).IsSuccess.Should().BeTrue();
    }

    [Test]
    public async Task Exchange_WithoutAnAddress_IsRefused() =>
        (await ExchangeAsync(await IssueAsync(Identity(email: null)))).Error.Should().Be(AuthErrors.ExternalEmailMissing);

    [Test]
    public async Task Exchange_OfADisabledUser_IsRefused()
    {
        fixture.User.SetDisabled(true);
        logins.FindUserAsync(default!, default).ReturnsForAnyArgs(fixture.User);

        (await ExchangeAsync(await IssueAsync(Identity("ada@example.org")))).Error.Should().Be(AuthErrors.InvalidCredentials);

        fixture.User.SetDisabled(false);
        fixture.Sessions.Stored.Should().BeEmpty();
    }

    [Test]
    public async Task Exchange_WhenTheAccountEndsMeanwhile_IsRefused()
    {
        logins.FindUserAsync(default!, default).ReturnsForAnyArgs(fixture.User);
        fixture.Sessions.AccountsEnded = true;

        (await ExchangeAsync(await IssueAsync(Identity("ada@example.org")))).Error.Should().Be(AuthErrors.InvalidCredentials);

        fixture.Sessions.AccountsEnded = false;
    }

    [Test]
    public async Task Exchange_OfASpentOrExpiredOrUnknownCode_IsRefused()
    {
        var (spent, expired) = (await IssueAsync(Identity("ada@example.org")), await IssueAsync(Identity("ada@example.org")));
        await ExchangeAsync(spent);
        fixture.Clock.Advance(TimeSpan.FromSeconds(60));

        foreach (var code in new[] { spent, expired, "made-up" })
            (await ExchangeAsync(code)).Error.Should().Be(AuthErrors.InvalidOneTimeToken);
    }

    [Test]
    public async Task Link_OfAFreeIdentity_IsAudited_AndOfAnothersRefused()
    {
        (await LinkAsync(await IssueAsync(Identity(email: null)))).Value.Should().Be(new ExternalLoginDto("google", "Google"));
        fixture.Audited.Single().Should().BeEquivalentTo(new { Action = AuditActions.ExternalLinked, ActorId = fixture.User.Id.Value });

        logins.FindUserAsync(default!, default).ReturnsForAnyArgs(User.Register("eve@example.org", null, fixture.Clock.GetUtcNow()).Value);
        (await LinkAsync(await IssueAsync(Identity(email: null)))).Error.Should().Be(AuthErrors.ExternalAlreadyLinked);
        (await LinkAsync("made-up")).Error.Should().Be(AuthErrors.InvalidOneTimeToken);
    }

    [Test]
    public async Task List_NamesWhatIsNoLongerConfigured_ByItsName()
    {
        logins.ListAsync(default, default).ReturnsForAnyArgs(["github", "google"]);

        var listed = await new ListExternalLoginsHandler(logins, providers, fixture).Handle(new ListExternalLogins(), default);

        listed.Value.Should().Equal(new ExternalLoginDto("github", "github"), new ExternalLoginDto("google", "Google"));
    }

    Task IExternalCodes.AddAsync(OneTimeToken code, CancellationToken ct)
    {
        codes.Add(code.Hash, code);
        return Task.CompletedTask;
    }

    Task<string?> IExternalCodes.TakeAsync(string hash, DateTimeOffset now, CancellationToken ct) =>
        Task.FromResult(codes.Remove(hash, out var code) && code.IsGoodFor(OneTimeTokenPurpose.ExternalSignIn, now) ? code.Payload : null);

    private static ExternalIdentity Identity(string? email, bool verified = true) =>
        ExternalIdentity.Of("google", "https://accounts.example.com", "4711", email, verified, "Ada").Value;

    private async Task<string> IssueAsync(ExternalIdentity identity) =>
        (await new IssueExternalCodeHandler(this, fixture.Clock).Handle(new IssueExternalCode(identity), default)).Value;

    private Task<Result<TokenPair>> ExchangeAsync(string code) =>
        new ExchangeExternalCodeHandler(this, logins, fixture.Opening, mails, fixture, fixture.Clock).Handle(new ExchangeExternalCode(code), default);

    private Task<Result<ExternalLoginDto>> LinkAsync(string code) =>
        new LinkExternalLoginHandler(this, logins, providers, fixture, fixture, fixture.Clock).Handle(new LinkExternalLogin(code), default);
}
