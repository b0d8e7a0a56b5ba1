using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using CleanLlm.Application.Accounts;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Users;
using CleanLlm.Infrastructure.Identity;
using CleanLlm.Testing.Databases;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace CleanLlm.Infrastructure.IntegrationTests.Identity;

internal sealed class AccessTokenTests() : AccountsTests(DatabaseKind.Sqlite)
{
    private static readonly RSAParameters Foreign = NewKey();

    [Test]
    public async Task AToken_NamesUserSessionAndRole_AndIsTakenByEveryInstance()
    {
        var (token, user, session) = await IssueAsync();

        var jwt = new JsonWebToken(token.Value);
        jwt.Typ.Should().Be("at+jwt");
        jwt.Alg.Should().Be("RS256");
        jwt.ValidTo.Should().Be((One.Clock.GetUtcNow() + token.Lifetime).UtcDateTime);
        Guid.Parse(jwt.Id).Version.Should().Be(7);
        jwt.Claims.Select(claim => claim.Type).Should().BeEquivalentTo("sub", "sid", "role", "iss", "aud", "iat", "exp", "jti");

        var result = await Two.ValidateAsync(token.Value);

        result.IsValid.Should().BeTrue();
        result.ClaimsIdentity.Name.Should().Be(user.Id.ToString());
        result.Claims["sid"].Should().Be(session.ToString());
        result.ClaimsIdentity.HasClaim(result.ClaimsIdentity.RoleClaimType, "user").Should().BeTrue();
    }

    [Test]
    public async Task AToken_WorksForItsLifeAndTheSkewOfClocks_AndNoLonger()
    {
        var (token, _, _) = await IssueAsync();

        One.Clock.Advance(token.Lifetime + TimeSpan.FromSeconds(29));
        (await One.ValidateAsync(token.Value)).IsValid.Should().BeTrue();

        One.Clock.Advance(TimeSpan.FromSeconds(2));
        (await One.ValidateAsync(token.Value)).IsValid.Should().BeFalse();
    }

    [Test]
    public async Task AToken_IsVerifiedOnce_WhileTheKeysAreTheSame()
    {
        var (token, _, _) = await IssueAsync();

        var first = await One.ValidateAsync(token.Value);
        var second = await One.ValidateAsync(token.Value);
        second.SecurityToken.Should().BeSameAs((await One.ValidateAsync(token.Value)).SecurityToken).And.BeSameAs(first.SecurityToken);

        One.Clock.Advance(SigningKeyRing.UnaskedInterval);
        (await One.ValidateAsync(token.Value)).SecurityToken.Should().NotBeSameAs(first.SecurityToken);
    }

    [Test]
    public async Task AToken_ThatWasVerified_IsRefused_OnceItsKeyIsGone()
    {
        var (token, _, _) = await IssueAsync();
        (await One.ValidateAsync(token.Value)).IsValid.Should().BeTrue();

        await Database.ExecuteAsync("DELETE FROM signing_keys");
        One.Clock.Advance(SigningKeyRing.UnaskedInterval);

        (await One.ValidateAsync(token.Value)).IsValid.Should().BeFalse();
    }

    [Test]
    public async Task AToken_ThatWasVerified_GivesEachRequestClaimsOfItsOwn()
    {
        var (token, user, _) = await IssueAsync();
        foreach (var use in Enumerable.Range(0, 3))
        {
            var identity = (await One.ValidateAsync(token.Value)).ClaimsIdentity;

            identity.Name.Should().Be(user.Id.ToString());
            identity.FindAll(AccessTokenIssuer.RoleClaim).Select(role => role.Value).Should().Equal(["user"], "nobody else's change shows in use {0}", use);
            identity.RemoveClaim(identity.FindFirst(AccessTokenIssuer.RoleClaim));
            identity.AddClaim(new Claim(AccessTokenIssuer.RoleClaim, "admin"));
        }
    }

    [Test]
    public async Task Tokens_BeyondWhatIsRemembered_AreVerifiedEachTime()
    {
        var descriptor = await DescribeAsync();
        for (var i = 0; i < VerifiedTokens.Capacity; i++)
        {
            descriptor.Claims = new Dictionary<string, object>(StringComparer.Ordinal) { ["jti"] = Guid.CreateVersion7().ToString() };
            (await One.ValidateAsync(Make(descriptor))).IsValid.Should().BeTrue();
        }

        var (token, _, _) = await IssueAsync();
        var first = await One.ValidateAsync(token.Value);
        var second = await One.ValidateAsync(token.Value);

        second.IsValid.Should().BeTrue();
        second.SecurityToken.Should().NotBeSameAs(first.SecurityToken);
    }

    private static IEnumerable<TestCaseData> Forgeries()
    {
        yield return Case("no signature", (d, _) => d.SigningCredentials = null);
        yield return Case("a foreign key under our kid", (d, kid) => d.SigningCredentials = Sign(kid));
        yield return Case("a foreign key under no kid", (d, _) => d.SigningCredentials = Sign(null));
        yield return Case("a kid that is a path", (d, _) => d.SigningCredentials = Sign("../../dev/null"));
        yield return Case("a kid that is SQL", (d, _) => d.SigningCredentials = Sign("' OR 1=1 --"));
        yield return Case("a jwk in the header", (d, kid) => Header(d, kid, "jwk", new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["kty"] = "RSA",
            ["n"] = Base64UrlEncoder.Encode(Foreign.Modulus),
            ["e"] = "AQAB",
        }));
        yield return Case("a jku in the header", (d, kid) => Header(d, kid, "jku", "http://127.0.0.1:9/keys"));
        yield return Case("an x5u in the header", (d, kid) => Header(d, kid, "x5u", "http://127.0.0.1:9/chain"));
        yield return Case("the type of another JWT", (d, _) => d.TokenType = "JWT");
        yield return Case("no type", (d, _) => d.TokenType = null);
        yield return Case("another issuer", (d, _) => d.Issuer = "elsewhere");
        yield return Case("no issuer", (d, _) => d.Issuer = null);
        yield return Case("another audience", (d, _) => d.Audience = "elsewhere");
        yield return Case("no audience", (d, _) => d.Audience = null);
        yield return Case("an end that has passed", (d, _) => d.Expires = d.IssuedAt!.Value.AddMinutes(-1));
        yield return Case("no end", (d, _) => d.Expires = null);
        yield return Case("a beginning to come", (d, _) => d.NotBefore = d.IssuedAt!.Value.AddMinutes(1));
        yield return Case("another algorithm of our key", (d, _) => d.SigningCredentials = new(d.SigningCredentials.Key, SecurityAlgorithms.RsaSsaPssSha256));
    }

    [TestCaseSource(nameof(Forgeries))]
    public async Task AToken_IsRefused_WithAFlaw(Action<SecurityTokenDescriptor, string> spoil)
    {
        var good = await DescribeAsync();
        (await One.ValidateAsync(Make(good))).IsValid.Should().BeTrue("the token without the flaw is good");

        spoil(good, good.SigningCredentials.Key.KeyId);

        (await One.ValidateAsync(Make(good))).IsValid.Should().BeFalse();
    }

    [Test]
    public async Task AToken_IsRefused_WhenOurPublicKeySignedItAsAnHmacSecret()
    {
        var keys = await One.Keys.GetAsync(default);
        var row = keys.Public.Keys[0];
        var descriptor = await DescribeAsync();
        descriptor.SigningCredentials = new(
            new SymmetricSecurityKey(Encoding.UTF8.GetBytes(row.N)) { KeyId = row.Kid }, SecurityAlgorithms.HmacSha256);

        (await One.ValidateAsync(Make(descriptor))).IsValid.Should().BeFalse();
    }

    [Test]
    public async Task AToken_IsRefused_WhenItsPayloadWasChanged()
    {
        var (token, _, _) = await IssueAsync();
        var parts = token.Value.Split('.');
        var payload = Base64UrlEncoder.Decode(parts[1]).Replace("\"user\"", "\"admin\"", StringComparison.Ordinal);

        (await One.ValidateAsync($"{parts[0]}.{Base64UrlEncoder.Encode(payload)}.{parts[2]}")).IsValid.Should().BeFalse();
    }

    private static TestCaseData Case(string flaw, Action<SecurityTokenDescriptor, string> spoil) =>
        new TestCaseData(spoil).SetArgDisplayNames(flaw);

    private static SigningCredentials Sign(string? kid) => new(new RsaSecurityKey(Foreign) { KeyId = kid }, SecurityAlgorithms.RsaSha256);

    private static void Header(SecurityTokenDescriptor descriptor, string kid, string name, object value)
    {
        descriptor.SigningCredentials = Sign(kid);
        descriptor.AdditionalHeaderClaims = new Dictionary<string, object>(StringComparer.Ordinal) { [name] = value };
    }

    private static RSAParameters NewKey()
    {
        using var rsa = RSA.Create(2048);
        return rsa.ExportParameters(includePrivateParameters: true);
    }

    private static string Make(SecurityTokenDescriptor descriptor) =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(descriptor);

    private async Task<SecurityTokenDescriptor> DescribeAsync() => new()
    {
        TokenType = AccessTokenIssuer.TokenType,
        Issuer = "cleanllm",
        Audience = "cleanllm",
        IssuedAt = One.Clock.GetUtcNow().UtcDateTime,
        Expires = One.Clock.GetUtcNow().AddMinutes(15).UtcDateTime,
        SigningCredentials = (await One.Keys.GetAsync(default)).SignerAt(One.Clock.GetUtcNow()),
    };

    private async Task<(AccessToken Token, User User, SessionId Session)> IssueAsync()
    {
        var now = One.Clock.GetUtcNow();
        var (user, session) = (User.Register("ada@example.org", null, now).Value, SessionId.New(now));
        return (await One.Services.GetRequiredService<ITokenIssuer>().IssueAsync(user, session, default), user, session);
    }
}
