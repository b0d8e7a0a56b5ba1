using System.Diagnostics;
using System.Globalization;
using System.Net;
using CleanLlm.Testing.Databases;
using CleanLlm.Testing.Upstream;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Limits;

/// <summary>Limits of anonymous calls by address, with the program's own figures.</summary>
[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
public sealed class AddressLimitTests(DatabaseKind kind)
{
    private const string Refresh = "/api/v1/auth/refresh";
    private const string Register = "/api/v1/auth/register";
    private const int Calls = 100;
    private const int Burst = 60;
    private const int CostlyBurst = 20;
    private const int CostlySecondsForOne = 30;

    private readonly List<TestDatabase> databases = [];
    private ScriptedUpstream? upstream;
    private ProgramInstance direct = null!;
    private ProgramInstance proxied = null!;
    private ProgramInstance unlimited = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        upstream = await ScriptedUpstream.StartAsync();
        direct = await StartAsync([]);
        proxied = await StartAsync([("Http:TrustedProxies:0", "127.0.2.0/24"), ("Http:TrustedProxies:1", "::1")]);
        unlimited = await StartAsync(
            [("RateLimiting:Enabled", "false"), ("Plans:0:RequestRates:0:Class", "read"), ("Plans:0:RequestRates:0:PerMinute", "1")]);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        foreach (var instance in new[] { direct, proxied, unlimited })
        {
            if (instance is not null)
                await instance.DisposeAsync();
        }

        if (upstream is not null)
            await upstream.DisposeAsync();
        foreach (var database in databases)
            await database.DisposeAsync();
    }

    [Test]
    public async Task BeyondTheBurst_Answers429_SayingWhichLimitAndWhenToComeBack()
    {
        using var http = direct.From("127.0.1.1");
        await FloodAsync(http, Refresh, _ => []);

        var refused = await FirstRefusedAsync(http, Refresh);

        refused.ShouldBeProblem(429, "rate_limit.exceeded");
        refused.Json.GetProperty("limit").GetInt32().Should().Be(Burst);
        refused.Text("window").Should().Be("60s");
        refused.Text("subject").Should().Be("address");
        refused.Json.GetProperty("resetsAt").GetDateTimeOffset().Offset.Should().Be(TimeSpan.Zero);
        int.Parse(refused.Headers["Retry-After"], CultureInfo.InvariantCulture).Should().Be(1);
        refused.Headers["RateLimit"].Should().Be("\"address\";r=0;t=1");
        refused.Headers["RateLimit-Policy"].Should().Be("\"address\";q=60;w=60");
        refused.Headers["Cache-Control"].Should().Contain("no-store");
    }

    [Test]
    public async Task MakingAccounts_IsLimitedMore_ByItself_AndBeforeTheBodyIsRead()
    {
        using var http = direct.From("127.0.1.2");
        var (answered, time) = await FloodAsync(http, Register, _ => []);

        answered.Should().BeInRange(CostlyBurst, CostlyBurst + Grown(time / CostlySecondsForOne));
        (await FirstRefusedAsync(http, Register)).Headers["RateLimit-Policy"].Should().Be("\"address-costly\";q=20;w=600");
        using var garbage = new StringContent("{", System.Text.Encoding.UTF8, "application/json");
        using var response = await http.PostAsync(new Uri(Register, UriKind.Relative), garbage);
        response.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        (await http.PostAsync(Refresh, new { refreshToken = "made-up" })).Status.Should().Be(HttpStatusCode.Unauthorized, "other calls have their own limit");
    }

    [Test]
    public async Task OtherAddresses_AndOtherCalls_GoOn()
    {
        using var http = direct.From("127.0.1.3");
        await FloodAsync(http, Refresh, _ => []);
        await FirstRefusedAsync(http, Refresh);

        using var other = direct.From("127.0.1.4");
        (await other.PostAsync(Refresh, new { refreshToken = "made-up" })).Status.Should().Be(HttpStatusCode.Unauthorized);
        (await http.SendAsync(HttpMethod.Get, "/.well-known/jwks.json")).Status.Should().Be(HttpStatusCode.OK);
        (await http.SendAsync(HttpMethod.Get, "/api/v1/users/me")).Status.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task ForwardedAddresses_OfWhoeverIsNoProxy_AreNotBelieved()
    {
        using var toDirect = direct.From("127.0.1.5");
        using var toProxied = proxied.From("127.0.1.5");

        var (withoutProxies, first) = await FloodAsync(toDirect, Refresh, Spoofed);
        var (withOthers, second) = await FloodAsync(toProxied, Refresh, Spoofed);

        await TestContext.Out.WriteLineAsync(
            $"{Calls} calls with {Calls} made-up X-Forwarded-For: {withoutProxies} answered where no proxy is configured, {withOthers} where others are");
        withoutProxies.Should().BeInRange(Burst, Burst + Grown(first));
        withOthers.Should().BeInRange(Burst, Burst + Grown(second));
    }

    [Test]
    public async Task ForwardedAddresses_OfAProxy_AreBelieved_ButNothingToTheirLeft()
    {
        using var proxy = proxied.From("127.0.2.9");

        var (callers, _) = await FloodAsync(proxy, Refresh, call => [("X-Forwarded-For", $"198.51.100.{call}")]);
        var (liar, time) = await FloodAsync(proxy, Refresh, call => [("X-Forwarded-For", $"192.0.2.{call}, 203.0.113.7")]);
        var (sameNetwork, timeOfNetwork) = await FloodAsync(proxy, Refresh, call => [("X-Forwarded-For", $"2001:db8::{call + 1:x}")]);

        await TestContext.Out.WriteLineAsync(
            $"{Calls} calls through a trusted proxy: {callers} answered for {Calls} callers, {liar} for one caller who made up {Calls} others, "
            + $"{sameNetwork} for {Calls} addresses of one IPv6 /64");
        callers.Should().Be(Calls);
        liar.Should().BeInRange(Burst, Burst + Grown(time));
        sameNetwork.Should().BeInRange(Burst, Burst + Grown(timeOfNetwork));
    }

    [Test]
    public async Task SwitchedOff_NothingIsLimited_ButGuesses()
    {
        using var http = unlimited.From("127.0.1.6");
        (await FloodAsync(http, Refresh, _ => [])).Answered.Should().Be(Calls);
        using var caller = new ApiCaller(unlimited.Address);
        await caller.RegisterAsync();

        for (var call = 0; call < 5; call++)
            (await caller.GetAsync("/api/v1/users/me")).ShouldBe(HttpStatusCode.OK);

        for (var guess = 0; guess < 5; guess++)
            (await http.LoginAsync(caller.Email, "wrong horse battery")).Status.Should().Be(HttpStatusCode.Unauthorized);

        (await http.LoginAsync(caller.Email, ApiCaller.Password)).ShouldBeProblem(401, "auth.invalid_credentials");
    }

    private static (string, string)[] Spoofed(int call) => [("X-Forwarded-For", $"198.51.100.{call}"), ("Forwarded", $"for=198.51.100.{call}")];

    // One a second grows back while they run.
    private static int Grown(TimeSpan time) => (int)Math.Ceiling(time.TotalSeconds) + 1;

    private static async Task<(int Answered, TimeSpan Time)> FloodAsync(HttpClient http, string path, Func<int, (string, string)[]> headers)
    {
        var watch = Stopwatch.StartNew();
        var answers = await Task.WhenAll(Enumerable.Range(0, Calls).Select(call => http.PostAsync(path, new { refreshToken = "made-up" }, headers(call))));
        answers.Should().OnlyContain(answer => (int)answer.Status < 500);
        return (answers.Count(answer => answer.Status != HttpStatusCode.TooManyRequests), watch.Elapsed);
    }

    // What grew back since the flood is soon spent again.
    private static async Task<ApiAnswer> FirstRefusedAsync(HttpClient http, string path)
    {
        while (true)
        {
            // Many at once: a busy machine would answer one after the other no sooner than their permits grow back.
            var answers = await Task.WhenAll(Enumerable.Range(0, Calls).Select(_ => http.PostAsync(path, new { refreshToken = "made-up" })));
            if (Array.Find(answers, answer => answer.Status == HttpStatusCode.TooManyRequests) is { } refused)
                return refused;
        }
    }

    private async Task<ProgramInstance> StartAsync(IEnumerable<(string Name, string Value)> own)
    {
        databases.Add(await TestDatabases.CreateMigratedAsync(kind));
        var settings = await ApiSettings.ForAsync(databases[^1], upstream!);
        settings.Remove("RateLimiting:AnonymousBurst");
        settings.Remove("RateLimiting:CostlyBurst");
        foreach (var (name, value) in own)
            settings[name] = value;
        return ProgramInstance.Start(settings);
    }
}
