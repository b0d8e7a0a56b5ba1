using System.Net;
using CleanLlm.Testing;
using CleanLlm.Testing.Databases;
using CleanLlm.Testing.OpenId;
using CleanLlm.WebApi.FunctionalTests.Api;
using static CleanLlm.WebApi.FunctionalTests.ExternalSignIn.ExternalSettings;

namespace CleanLlm.WebApi.FunctionalTests.ExternalSignIn;

/// <summary>Linking and unlinking from a signed-in account, and the one-time codes.</summary>
public sealed class ExternalLoginTests(DatabaseKind kind) : ApiTests(kind)
{
    private const string Logins = "/api/v1/users/me/external-logins";
    private const string Exchange = "/api/v1/auth/external/exchange";

    private readonly int port = LoopbackPort.Free();

    private HostileProvider provider = null!;

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        ReturnUrls,
        .. Oidc(0, "honest", HostileProvider.Authority(port, "honest"), HostileProvider.ClientSecret),
        .. Oidc(1, "other-honest", HostileProvider.Authority(port, "other-honest"), HostileProvider.ClientSecret),
    ];

    [OneTimeSetUp]
    public async Task StartProviderAsync() => provider = await HostileProvider.StartAsync(port);

    [OneTimeTearDown]
    public async Task StopProviderAsync()
    {
        if (provider is not null)
            await provider.DisposeAsync();
    }

    [Test]
    public async Task Link_LetsTheOwnerSignInWithTheProvider_WhateverAddressItHas()
    {
        using var owner = await Api.SignInAsync();
        var linked = await owner.PostAsync(Logins, new { code = await CodeAsync("linked", "somewhere-else@example.org") });
        linked.ShouldBe(HttpStatusCode.Created).Body.Should().Be("""{"provider":"honest","displayName":"The honest"}""");
        (await owner.GetAsync(Logins)).Body.Should().Be("""[{"provider":"honest","displayName":"The honest"}]""");

        using var elsewhere = new ApiCaller(Api.Address);
        elsewhere.Use(await elsewhere.PostAsync(Exchange, new { code = await CodeAsync("linked", "somewhere-else@example.org") }));

        (await elsewhere.GetAsync("/api/v1/users/me")).Text("id").Should().Be(owner.UserId);
        (await AuditedAsync("account.external_linked", owner.UserId)).Should().Be(1);
        (await Api.Database.ScalarAsync($"SELECT count(*) FROM audit_log WHERE action = 'session.signed_in' AND detail LIKE '%external:honest%'")).Should().BePositive();
    }

    [Test]
    public async Task Link_OfAnIdentityThatIsAnothersAlready_IsRefused_AndOfOnesOwn_IsNot()
    {
        using var owner = await Api.SignInAsync();
        using var other = await Api.SignInAsync();
        (await owner.PostAsync(Logins, new { code = await CodeAsync("wanted", email: null) })).ShouldBe(HttpStatusCode.Created);

        (await other.PostAsync(Logins, new { code = await CodeAsync("wanted", email: null) })).ShouldBeProblem(409, "auth.external_already_linked");
        (await owner.PostAsync(Logins, new { code = await CodeAsync("wanted", email: null) })).ShouldBe(HttpStatusCode.Created);
        (await other.GetAsync(Logins)).Body.Should().Be("[]");
    }

    [Test]
    public async Task TheSameSubject_AtAnotherIssuer_IsSomebodyElse()
    {
        using var owner = await Api.SignInAsync();
        (await owner.PostAsync(Logins, new { code = await CodeAsync("namesake", email: null) })).ShouldBe(HttpStatusCode.Created);

        (await Api.Anonymous.PostAsync(Exchange, new { code = await CodeAsync("namesake", email: null, "other-honest") }))
            .ShouldBeProblem(422, "auth.external_email_missing");
    }

    [Test]
    public async Task Unlink_EndsTheWayIn_AndIsAudited()
    {
        using var owner = await Api.SignInAsync();
        (await owner.PostAsync(Logins, new { code = await CodeAsync("leaving", email: null) })).ShouldBe(HttpStatusCode.Created);

        (await owner.DeleteAsync($"{Logins}/honest")).ShouldBe(HttpStatusCode.NoContent);

        (await owner.DeleteAsync($"{Logins}/honest")).ShouldBeProblem(404, "auth.external_login_not_found");
        (await AuditedAsync("account.external_unlinked", owner.UserId)).Should().Be(1);
        (await Api.Anonymous.PostAsync(Exchange, new { code = await CodeAsync("leaving", email: null) })).ShouldBeProblem(422, "auth.external_email_missing");
    }

    [Test]
    public async Task Unlink_OfTheLastWayIn_IsRefused_AlsoWhenTheLastTwoGoAtOnce()
    {
        using var member = new ApiCaller(Api.Address);
        member.Use(await member.PostAsync(Exchange, new { code = await CodeAsync("member", "member@example.org") }));
        (await member.DeleteAsync($"{Logins}/honest")).ShouldBeProblem(409, "auth.last_credential");

        (await member.PostAsync(Logins, new { code = await CodeAsync("member", email: null, "other-honest") })).ShouldBe(HttpStatusCode.Created);
        var answers = await Task.WhenAll(member.DeleteAsync($"{Logins}/honest"), member.DeleteAsync($"{Logins}/other-honest"));

        answers.Select(answer => answer.Status).Should().BeEquivalentTo([HttpStatusCode.NoContent, HttpStatusCode.Conflict]);
        (await member.GetAsync(Logins)).Json.GetArrayLength().Should().Be(1);
    }

    [Test]
    public async Task AnAccountWithoutAPassword_HasNoneThatWorks()
    {
        using var member = new ApiCaller(Api.Address);
        member.Use(await member.PostAsync(Exchange, new { code = await CodeAsync("no-password", "no-password@example.org") }));

        (await Api.Anonymous.PostAsync("/api/v1/auth/login", new { email = "no-password@example.org", password = ApiCaller.Password }))
            .ShouldBeProblem(401, "auth.invalid_credentials");
    }

    [Test]
    public async Task Exchange_OfADisabledUser_IsRefused()
    {
        using var member = new ApiCaller(Api.Address);
        member.Use(await member.PostAsync(Exchange, new { code = await CodeAsync("disabled", "disabled@example.org") }));
        await Api.Database.ExecuteAsync("UPDATE users SET disabled = TRUE WHERE email = 'disabled@example.org'");

        (await Api.Anonymous.PostAsync(Exchange, new { code = await CodeAsync("disabled", "disabled@example.org") }))
            .ShouldBeProblem(401, "auth.invalid_credentials");
    }

    [Test]
    public async Task ACode_WorksOnce_ForAMinute_AndIsStoredAsAHash()
    {
        var code = await CodeAsync("once", "once@example.org");
        (await Api.Database.ScalarAsync($"SELECT count(*) FROM one_time_tokens WHERE hash = '{code}' OR payload LIKE '%{code}%'")).Should().Be(0);
        (await Api.Anonymous.PostAsync(Exchange, new { code })).ShouldBe(HttpStatusCode.OK);
        (await Api.Anonymous.PostAsync(Exchange, new { code })).ShouldBeProblem(422, "auth.invalid_token");

        var late = await CodeAsync("once", "once@example.org");
        await ExpireAsync();
        (await Api.Anonymous.PostAsync(Exchange, new { code = late })).ShouldBeProblem(422, "auth.invalid_token");
        (await Api.Anonymous.PostAsync(Exchange, new { code = "" })).ShouldBeProblem(422, "validation.failed").ShouldBlame("code");
    }

    [Test]
    public async Task TheLogins_AreForSignedInUsers()
    {
        (await Api.Anonymous.GetAsync(Logins)).ShouldBeProblem(401, "auth.required");
        (await Api.Anonymous.PostAsync(Logins, new { code = "any" })).ShouldBeProblem(401, "auth.required");
        (await Api.Anonymous.DeleteAsync($"{Logins}/honest")).ShouldBeProblem(401, "auth.required");
    }

    // A moment ago, in the form of either database.
    private Task<int> ExpireAsync() => Api.Database.ExecuteAsync(Api.Database.Kind == DatabaseKind.Postgres
        ? "UPDATE one_time_tokens SET expires_at = now() - interval '1 second'"
        : FormattableString.Invariant($"UPDATE one_time_tokens SET expires_at = {TimeProvider.System.GetUtcNow().AddSeconds(-1).UtcTicks}"));

    private Task<long> AuditedAsync(string action, string user) => Api.Database.ScalarAsync(Api.Database.Kind == DatabaseKind.Postgres
        ? $"SELECT count(*) FROM audit_log WHERE action = '{action}' AND actor_id = '{user}'"
        : $"SELECT count(*) FROM audit_log WHERE action = '{action}' AND lower(actor_id) = '{user}'");

    private async Task<string> CodeAsync(string subject, string? email, string at = "honest")
    {
        provider.SignIn(at, new ExternalPerson(subject, email));
        using var browser = new Browser();
        var (back, _) = await browser.FollowAsync(await browser.StartAsync(Api.Address, at, ReturnUrl), ReturnUrl);
        return Browser.Query(back, "code")!;
    }
}
