using System.Net;
using CleanLlm.Testing;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;
using static CleanLlm.WebApi.FunctionalTests.ExternalSignIn.ExternalSettings;

namespace CleanLlm.WebApi.FunctionalTests.ExternalSignIn;

/// <summary>Whole sign-ins at an independent, certified OpenID provider.</summary>
public sealed class RealProviderTests(DatabaseKind kind) : ApiTests(kind)
{
    private readonly int port = LoopbackPort.Free();

    private OpenIdProviderProcess? provider;

    private string Callback => new Uri(Api.Address, "/api/v1/auth/external/real/callback").ToString();

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
        [ReturnUrls, .. Oidc(0, "real", OpenIdProviderProcess.Authority(port), OpenIdProviderProcess.ClientSecret)];

    [OneTimeSetUp]
    public async Task StartProviderAsync() => provider = await OpenIdProviderProcess.StartAsync(port, Callback);

    [OneTimeTearDown]
    public async Task StopProviderAsync()
    {
        if (provider is not null)
            await provider.DisposeAsync();
    }

    [Test]
    public async Task Providers_AreListed()
    {
        var listed = await Api.Anonymous.GetAsync("/api/v1/auth/external");

        listed.ShouldBe(HttpStatusCode.OK).Body.Should().Be("""[{"name":"real","displayName":"The real"}]""");
    }

    [Test]
    public async Task Start_SendsTheBrowserAway_WithCodePkceStateAndNonce()
    {
        using var browser = new Browser();

        var address = await browser.StartAsync(Api.Address, "real", ReturnUrl);

        address.GetLeftPart(UriPartial.Path).Should().Be($"{OpenIdProviderProcess.Authority(port)}/auth");
        Browser.Query(address, "response_type").Should().Be("code");
        Browser.Query(address, "code_challenge_method").Should().Be("S256");
        Browser.Query(address, "code_challenge").Should().HaveLength(43);
        Browser.Query(address, "redirect_uri").Should().Be(Callback);
        Browser.Query(address, "scope").Should().Be("openid email profile");
        Browser.Query(address, "state").Should().NotBeNullOrEmpty();
        Browser.Query(address, "nonce").Should().NotBeNullOrEmpty();
        (Browser.Query(address, "response_mode") ?? "query").Should().Be("query");
        browser.CookiesAt(new Uri(Callback)).Should().HaveCount(2).And.OnlyContain(cookie => cookie.HttpOnly);
    }

    [Test]
    public async Task SignIn_ForTheFirstTime_MakesAnAccount_AndLaterFindsIt()
    {
        var (first, second) = (await SignInAsync("ada"), await SignInAsync("ada"));

        first.Text("email").Should().Be("ada@example.org");
        first.Json.GetProperty("emailConfirmed").GetBoolean().Should().BeTrue();
        first.Text("displayName").Should().Be("The ada");
        first.Text("role").Should().Be("user");
        second.Text("id").Should().Be(first.Text("id"));
        (await Api.Database.ScalarAsync("SELECT count(*) FROM users WHERE email = 'ada@example.org'")).Should().Be(1);
        (await Api.Database.ScalarAsync("SELECT count(*) FROM sessions WHERE user_id IN (SELECT id FROM users WHERE email = 'ada@example.org')")).Should().Be(2);
    }

    [Test]
    public async Task SignIn_WhenTheAddressWasNotProved_LeavesItUnconfirmed() =>
        (await SignInAsync("unproved-eve")).Json.GetProperty("emailConfirmed").GetBoolean().Should().BeFalse();

    [Test]
    public async Task SignIn_WithTheAddressOfAnotherAccount_LinksNothing()
    {
        using var owner = await Api.SignInAsync();

        var refused = await ExchangeAsync(await CodeAsync(owner.Email.Split('@')[0]));

        refused.ShouldBeProblem(409, "auth.email_taken").Text("detail").Should().Contain("link");
        (await owner.GetAsync("/api/v1/users/me/external-logins")).Body.Should().Be("[]");
        (await Api.Database.ScalarAsync($"SELECT count(*) FROM user_logins WHERE provider_key = '{owner.Email.Split('@')[0]}'")).Should().Be(0);
    }

    [Test]
    public async Task SignIn_KeepsTheFrontEndsOwnState()
    {
        using var browser = new Browser();

        var back = await FinishAsync(browser, await browser.StartAsync(Api.Address, "real", $"{ReturnUrl}?tab=1&state=a%2Fb"), "grace");

        back.GetLeftPart(UriPartial.Path).Should().Be(ReturnUrl);
        Browser.Query(back, "tab").Should().Be("1");
        Browser.Query(back, "state").Should().Be("a/b");
        Browser.Query(back, "code").Should().HaveLength(43);
    }

    [Test]
    public async Task Denial_ComesBackAsAnError()
    {
        using var browser = new Browser();
        var (page, _) = await browser.FollowAsync(await browser.StartAsync(Api.Address, "real", ReturnUrl), Callback);
        var (back, _) = await browser.FollowAsync(new Uri($"{page}/abort"), ReturnUrl);

        back.ToString().Should().Be($"{ReturnUrl}?error=access_denied");
    }

    private async Task<ApiAnswer> SignInAsync(string login)
    {
        using var caller = new ApiCaller(Api.Address);
        caller.Use(await ExchangeAsync(await CodeAsync(login)));
        return (await caller.GetAsync("/api/v1/users/me")).ShouldBe(HttpStatusCode.OK);
    }

    private async Task<string> CodeAsync(string login)
    {
        using var browser = new Browser();
        var back = await FinishAsync(browser, await browser.StartAsync(Api.Address, "real", ReturnUrl), login);
        return Browser.Query(back, "code")!;
    }

    private async Task<Uri> FinishAsync(Browser browser, Uri atProvider, string login)
    {
        var callback = await browser.SignInAtPageAsync(atProvider, login, Callback);
        return (await browser.FollowAsync(callback, ReturnUrl)).Address;
    }

    private Task<ApiAnswer> ExchangeAsync(string code) => Api.Anonymous.PostAsync("/api/v1/auth/external/exchange", new { code });
}
