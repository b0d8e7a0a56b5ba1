using CleanLlm.Testing;
using CleanLlm.Testing.Databases;
using CleanLlm.Testing.OpenId;
using CleanLlm.WebApi.FunctionalTests.Api;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using static CleanLlm.WebApi.FunctionalTests.ExternalSignIn.ExternalSettings;

namespace CleanLlm.WebApi.FunctionalTests.ExternalSignIn;

/// <summary>A provider that does one thing wrong signs no user in; the same one without the fault does.</summary>
public sealed class HostileProviderTests(DatabaseKind kind) : ApiTests(kind)
{
    private const string Books =
        "SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM sessions) + (SELECT count(*) FROM one_time_tokens) + (SELECT count(*) FROM user_logins)";

    private static readonly string[] Names = [.. HostileProvider.Variants, "honest", "other-honest", "separate-user-info", "deny", "insecure-endpoints"];

    private static readonly string[] GitHubs = ["github", "github-no-id", "github-error", "github-no-json"];

    private readonly int port = LoopbackPort.Free();

    private HostileProvider provider = null!;

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        ReturnUrls,
        .. Names.SelectMany((name, index) => Oidc(index, name, HostileProvider.Authority(port, name), HostileProvider.ClientSecret)),
        .. GitHubs.SelectMany((name, index) => GitHub(Names.Length + index, name, HostileProvider.Authority(port, name))),
        .. Oidc(Names.Length + GitHubs.Length, "away", HostileProvider.Authority(LoopbackPort.Free(), "away"), HostileProvider.ClientSecret),
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
    public async Task AnHonestProvider_SignsIn()
    {
        foreach (var variant in new[] { "honest", "separate-user-info" })
        {
            using var caller = new ApiCaller(Api.Address);
            caller.Use(await ExchangeAsync((await VisitAsync(variant)).Code!));

            var me = await caller.GetAsync("/api/v1/users/me");
            me.Text("email").Should().Be($"{variant}@example.org");
            me.Json.GetProperty("emailConfirmed").GetBoolean().Should().BeTrue();
        }
    }

    [Test]
    public async Task AHostileProvider_SignsInNobody()
    {
        var before = await Api.Database.ScalarAsync(Books);
        var refused = 0;
        foreach (var variant in HostileProvider.Variants)
        {
            var visit = await VisitAsync(variant);
            visit.Code.Should().BeNull(variant);
            ShouldBeRefused(visit, variant);
            refused++;
        }

        (await Api.Database.ScalarAsync(Books)).Should().Be(before, "nobody was signed in, and no code was stored");

        refused += await RefuseFlowsAsync();
        var all = HostileProvider.Variants.Count + Flows.Length;
        TestContext.Out.WriteLine($"{refused} of {all} hostile variants refused");
        refused.Should().Be(all);
    }

    [Test]
    public async Task GitHub_SignsIn_ByItsNumber()
    {
        provider.SignIn("github", new ExternalPerson("4711", "octocat@example.org"));
        using var caller = new ApiCaller(Api.Address);
        caller.Use(await ExchangeAsync((await VisitAsync("github")).Code!));
        var me = await caller.GetAsync("/api/v1/users/me");
        me.Text("email").Should().Be("octocat@example.org");
        me.Json.GetProperty("emailConfirmed").GetBoolean().Should().BeTrue();
        provider.Asked.Last(asked => asked.Variant == "github").Should().BeEquivalentTo(new { ChallengeMethod = "S256", Nonce = (string?)null });

        // The address moves to another user there; the account does not.
        provider.SignIn("github", new ExternalPerson("4712", "octocat@example.org"));
        (await ExchangeAsync((await VisitAsync("github")).Code!)).ShouldBeProblem(409, "auth.email_taken");
        provider.SignIn("github", new ExternalPerson("4711", "renamed@example.org"));
        using var again = new ApiCaller(Api.Address);
        again.Use(await ExchangeAsync((await VisitAsync("github")).Code!));
        (await again.GetAsync("/api/v1/users/me")).Text("id").Should().Be(me.Text("id"));
        (await Api.Database.TextAsync("SELECT login_provider FROM user_logins WHERE provider_key = '4711'")).Should().Be($"http://127.0.0.1:{port}");
    }

    [TestCase("github-no-id")]
    [TestCase("github-error")]
    [TestCase("github-no-json")]
    public async Task GitHub_WithoutAUser_SignsInNobody(string variant) => ShouldBeRefused(await VisitAsync(variant), variant);

    [Test]
    public async Task Denial_ComesBackAsAnError_WithoutTheProvidersText() =>
        (await VisitAsync("deny")).Address.ToString().Should().Be($"{ReturnUrl}?error=access_denied");

    [TestCase("away")]
    [TestCase("insecure-endpoints")]
    public async Task Start_WhenTheProviderIsAwayOrInsecure_Answers503(string variant) =>
        (await Api.Anonymous.GetAsync($"/api/v1/auth/external/{variant}?returnUrl={ReturnUrl}")).ShouldBeProblem(503, "auth.external_unavailable");

    [Test]
    public async Task Start_WithAnUnknownProvider_Answers404() =>
        (await Api.Anonymous.GetAsync($"/api/v1/auth/external/unknown?returnUrl={ReturnUrl}")).ShouldBeProblem(404, "auth.external_provider_not_found");

    [TestCase("https://evil.example.org/signed-in")]
    [TestCase("//app.example.org/signed-in")]
    [TestCase("https://app.example.org/signed-in?code=theirs")]
    public async Task Start_WithAReturnUrlThatIsNotListed_Answers422(string returnUrl) =>
        (await Api.Anonymous.GetAsync($"/api/v1/auth/external/honest?returnUrl={Uri.EscapeDataString(returnUrl)}"))
            .ShouldBeProblem(422, "validation.failed").ShouldBlame("returnUrl");

    [Test]
    public async Task Callback_WithoutAnything_AnswersAProblem()
    {
        (await Api.Anonymous.GetAsync("/api/v1/auth/external/honest/callback")).ShouldBeProblem(400, "auth.external_failed");
        (await Api.Anonymous.GetAsync("/api/v1/auth/external/github/callback")).ShouldBeProblem(400, "auth.external_failed");
        (await Api.Anonymous.GetAsync("/signout-oidc")).ShouldBeProblem(404, "route.not_found");
        (await Api.Anonymous.GetAsync("/signout-callback-oidc")).ShouldBeProblem(404, "route.not_found");
    }

    private static readonly string[] Flows = ["state of another browser", "answer sent twice", "answer sent to another provider's callback", "code without state"];

    [Test]
    public void TheCookies_AreOutOfReach_AndSecureWhereTheRequestIs()
    {
        var openId = Api.Services.GetRequiredService<IOptionsMonitor<OpenIdConnectOptions>>().Get("external:honest");
        var oauth = Api.Services.GetRequiredService<IOptionsMonitor<OAuthOptions>>().Get("external:github");
        foreach (var cookie in new[] { openId.NonceCookie, openId.CorrelationCookie, oauth.CorrelationCookie })
        {
            var http = new DefaultHttpContext();
            http.Request.Scheme = "https";
            cookie.Build(http).Should().BeEquivalentTo(new { HttpOnly = true, Secure = true, SameSite = SameSiteMode.Lax });
            cookie.Build(http).Path.Should().StartWith("/api/v1/auth/external/").And.EndWith("/callback");
        }
    }

    // Here the provider is honest, and a party in between is not.
    private async Task<int> RefuseFlowsAsync()
    {
        var before = await Api.Database.ScalarAsync("SELECT count(*) FROM one_time_tokens");
        using Browser victim = new(), attacker = new();

        var answer = await CallbackAsync(attacker, "honest");
        ShouldBeRefused(await FinishAsync(victim, answer), Flows[0]);

        var own = await CallbackAsync(victim, "honest");
        (await FinishAsync(victim, own)).Code.Should().NotBeNull();
        ShouldBeRefused(await FinishAsync(victim, own), Flows[1]);

        var misled = await CallbackAsync(victim, "honest");
        ShouldBeRefused(await FinishAsync(victim, new Uri(misled.ToString().Replace("/honest/", "/other-honest/", StringComparison.Ordinal))), Flows[2]);

        var bare = new Uri($"{misled.GetLeftPart(UriPartial.Path)}?code={Browser.Query(misled, "code")}");
        ShouldBeRefused(await FinishAsync(victim, bare), Flows[3]);

        (await Api.Database.ScalarAsync("SELECT count(*) FROM one_time_tokens")).Should().Be(before + 1, "only the one honest answer gave a code");
        return Flows.Length;
    }

    private static void ShouldBeRefused(Visit visit, string because)
    {
        if (visit.Answer is { } answer)
        {
            answer.ShouldBeProblem(400, "auth.external_failed");
            answer.Body.Should().NotContain("script", because);
        }
        else
        {
            visit.Address.ToString().Should().Be($"{ReturnUrl}?error=external_failed", because);
        }
    }

    private async Task<Visit> VisitAsync(string variant)
    {
        using var browser = new Browser();
        return await FinishAsync(browser, await CallbackAsync(browser, variant));
    }

    private async Task<Uri> CallbackAsync(Browser browser, string variant) =>
        (await browser.FollowAsync(await browser.StartAsync(Api.Address, variant, ReturnUrl), Api.Address.ToString())).Address;

    private static async Task<Visit> FinishAsync(Browser browser, Uri callback)
    {
        var (address, answer) = await browser.FollowAsync(callback, ReturnUrl);
        return new Visit(address, answer);
    }

    private Task<ApiAnswer> ExchangeAsync(string code) => Api.Anonymous.PostAsync("/api/v1/auth/external/exchange", new { code });

    /// <summary>Where a browser ended: at the front end, or at an answer of the program.</summary>
    private sealed record Visit(Uri Address, ApiAnswer? Answer)
    {
        public string? Code => Answer is null ? Browser.Query(Address, "code") : null;
    }
}
