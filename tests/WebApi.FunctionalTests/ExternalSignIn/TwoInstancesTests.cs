using System.Globalization;
using System.Net;
using CleanLlm.Testing;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;
using static CleanLlm.WebApi.FunctionalTests.ExternalSignIn.ExternalSettings;

namespace CleanLlm.WebApi.FunctionalTests.ExternalSignIn;

/// <summary>A load balancer may send each request of a sign-in to another instance.</summary>
public sealed class TwoInstancesTests
{
    private const int Rivals = 20;

    private readonly int port = LoopbackPort.Free();

    private CleanLlmApi one = null!;
    private CleanLlmApi two = null!;
    private OpenIdProviderProcess provider = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        one = await CleanLlmApi.StartAsync(
            DatabaseKind.Postgres, [ReturnUrls, .. Oidc(0, "real", OpenIdProviderProcess.Authority(port), OpenIdProviderProcess.ClientSecret)]);
        two = CleanLlmApi.StartBeside(one);
        provider = await OpenIdProviderProcess.StartAsync(port, CallbackOf(one), CallbackOf(two));
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (provider is not null)
            await provider.DisposeAsync();
        if (two is not null)
            await two.DisposeAsync();
        if (one is not null)
            await one.DisposeAsync();
    }

    [Test]
    public async Task SignIn_BegunOnOneInstance_EndsOnTheOther_InBothDirections()
    {
        foreach (var (first, second) in new[] { (one, two), (two, one) })
        {
            var code = await CodeAsync("ada", first, second);
            using var caller = new ApiCaller(first.Address);
            caller.Use(await caller.PostAsync("/api/v1/auth/external/exchange", new { code }));
            (await caller.GetAsync("/api/v1/users/me")).ShouldBe(HttpStatusCode.OK).Text("email").Should().Be("ada@example.org");
        }

        (await one.Database.ScalarAsync("SELECT count(*) FROM users WHERE email = 'ada@example.org'")).Should().Be(1);
        (await one.Database.ScalarAsync("SELECT count(*) FROM data_protection_keys")).Should().Be(1, "both use the one key ring");
        (await one.Database.TextAsync("SELECT xml FROM data_protection_keys")).Should().Contain("wrapped").And.NotContain("masterKey");
    }

    [Test]
    public async Task Exchange_OfOneCodeInParallelOnBoth_SucceedsOnce()
    {
        var code = await CodeAsync("grace", one, one);

        var answers = await Task.WhenAll(Enumerable.Range(0, Rivals).Select(i =>
            (i % 2 == 0 ? one : two).Anonymous.PostAsync("/api/v1/auth/external/exchange", new { code })));

        var succeeded = answers.Count(answer => answer.Status == HttpStatusCode.OK);
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{succeeded} of {Rivals} parallel exchanges of one code on two instances succeeded"));
        succeeded.Should().Be(1);
        foreach (var refused in answers.Where(answer => answer.Status != HttpStatusCode.OK))
            refused.ShouldBeProblem(422, "auth.invalid_token");
    }

    [Test]
    public async Task FirstSignIn_InTwoWindowsAtOnce_MakesOneAccount()
    {
        var codes = new[] { await CodeAsync("twin", one, one), await CodeAsync("twin", two, two) };

        var answers = await Task.WhenAll(
            one.Anonymous.PostAsync("/api/v1/auth/external/exchange", new { code = codes[0] }),
            two.Anonymous.PostAsync("/api/v1/auth/external/exchange", new { code = codes[1] }));

        answers.Should().OnlyContain(answer => answer.Status == HttpStatusCode.OK);
        (await one.Database.ScalarAsync("SELECT count(*) FROM users WHERE email = 'twin@example.org'")).Should().Be(1);
    }

    private static string CallbackOf(CleanLlmApi api) => new Uri(api.Address, "/api/v1/auth/external/real/callback").ToString();

    private static async Task<string> CodeAsync(string login, CleanLlmApi start, CleanLlmApi end)
    {
        using var browser = new Browser();
        var atProvider = await browser.StartAsync(start.Address, "real", ReturnUrl);
        var callback = await browser.SignInAtPageAsync(atProvider, login, CallbackOf(start));
        // One host name to the browser: cookies know no ports.
        var elsewhere = new Uri(end.Address, callback.PathAndQuery);
        return Browser.Query((await browser.FollowAsync(elsewhere, ReturnUrl)).Address, "code")!;
    }
}
