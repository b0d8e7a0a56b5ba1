using System.Net;
using CleanLlm.Testing.Databases;
using CleanLlm.Testing.Upstream;
using CleanLlm.WebApi.FunctionalTests.Api;
using CleanLlm.WebApi.FunctionalTests.Limits;

namespace CleanLlm.WebApi.FunctionalTests.Hygiene;

/// <summary>What every answer says to browsers and caches, in Production behind a proxy.</summary>
[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
public sealed class HeaderTests(DatabaseKind kind)
{
    private const string Proxy = "127.0.2.1";
    private const string FrontEnd = "https://app.example.com";

    private static readonly (string, string) Https = ("X-Forwarded-Proto", "https");

    private TestDatabase? database;
    private ScriptedUpstream? upstream;
    private ProgramInstance program = null!;
    private HttpClient http = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        (database, upstream) = (await TestDatabases.CreateMigratedAsync(kind), await ScriptedUpstream.StartAsync());
        var settings = await ApiSettings.ForAsync(database, upstream);
        settings["environment"] = "Production";
        settings["Http:TrustedProxies:0"] = Proxy;
        settings["Cors:Origins:0"] = FrontEnd;
        settings["Cors:Origins:1"] = "http://localhost:5173";
        program = ProgramInstance.Start(settings);
        http = program.From(Proxy);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        http?.Dispose();
        if (program is not null)
            await program.DisposeAsync();
        if (upstream is not null)
            await upstream.DisposeAsync();
        if (database is not null)
            await database.DisposeAsync();
    }

    [TestCase("GET", "/version", 200)]
    [TestCase("GET", "/health/ready", 200)]
    [TestCase("GET", "/.well-known/jwks.json", 200)]
    [TestCase("GET", "/api/v1/users/me", 401)]
    [TestCase("GET", "/api/v1/nothing", 404)]
    [TestCase("GET", "/v1/nothing", 404)]
    [TestCase("PUT", "/api/v1/auth/login", 405)]
    [TestCase("POST", "/api/v1/auth/login", 400)]
    public async Task EveryAnswer_CarriesTheHeaders(string method, string path, int status)
    {
        var answer = await http.SendAsync(new HttpMethod(method), path, Https);

        ((int)answer.Status).Should().BeOneOf(status, 415);
        answer.Headers["X-Content-Type-Options"].Should().Be("nosniff");
        answer.Headers["X-Frame-Options"].Should().Be("DENY");
        answer.Headers["Referrer-Policy"].Should().Be("no-referrer");
        answer.Headers["Content-Security-Policy"].Should().Be("default-src 'none'; frame-ancestors 'none'");
        answer.Headers["Strict-Transport-Security"].Should().Be("max-age=31536000; includeSubDomains");
        answer.Headers.Should().NotContainKey("Server").And.NotContainKey("X-Powered-By");
        if (path.StartsWith("/api", StringComparison.Ordinal) || path.StartsWith("/v1", StringComparison.Ordinal))
            answer.Headers["Cache-Control"].Should().Contain("no-store");
    }

    [TestCase("GET", "/version")]
    [TestCase("GET", "/api/v1/users/me")]
    [TestCase("POST", "/api/v1/auth/login")]
    public async Task OverHttp_NothingIsRedirected_AndNothingIsSaidAboutHttps(string method, string path)
    {
        var answer = await http.SendAsync(new HttpMethod(method), path);

        ((int)answer.Status).Should().NotBeInRange(300, 399);
        answer.Headers.Should().NotContainKey("Location").And.NotContainKey("Strict-Transport-Security");
    }

    [Test]
    public async Task AForwardedScheme_IsBelievedOfTheProxyOnly()
    {
        using var stranger = program.From("127.0.1.1");

        (await stranger.SendAsync(HttpMethod.Get, "/version", Https)).Headers.Should().NotContainKey("Strict-Transport-Security");
    }

    [Test]
    public async Task TheUserInterface_MayLoadItsOwnFiles()
    {
        var page = (await http.SendAsync(HttpMethod.Get, "/swagger/index.html", Https)).ShouldBe(HttpStatusCode.OK);

        page.Headers["Content-Security-Policy"].Should().StartWith("default-src 'self'").And.Contain("frame-ancestors 'none'");
    }

    [TestCase(FrontEnd)]
    [TestCase("http://localhost:5173")]
    public async Task AListedOrigin_MayReadAnswersAndWhatTheyExpose(string origin)
    {
        var refused = await http.SendAsync(HttpMethod.Get, "/api/v1/users/me", ("Origin", origin));
        var preflight = await http.SendAsync(
            HttpMethod.Options, "/api/v1/chats", ("Origin", origin), ("Access-Control-Request-Method", "POST"),
            ("Access-Control-Request-Headers", "authorization,content-type"));

        refused.Status.Should().Be(HttpStatusCode.Unauthorized);
        refused.Headers["Access-Control-Allow-Origin"].Should().Be(origin);
        refused.Headers["Vary"].Should().Contain("Origin");
        refused.Headers["Access-Control-Expose-Headers"].Split(',')
            .Should().BeEquivalentTo("RateLimit", "RateLimit-Policy", "Retry-After", "Location", "Idempotency-Replayed", "Completion-Id");
        preflight.Status.Should().Be(HttpStatusCode.NoContent);
        preflight.Headers["Access-Control-Allow-Headers"].Should().Contain("authorization");
        preflight.Headers["Access-Control-Allow-Methods"].Should().Contain("POST");
        preflight.Headers.Should().NotContainKey("Access-Control-Allow-Credentials");
    }

    [TestCase("https://evil.example")]
    [TestCase("https://app.example.com.evil.example")]
    [TestCase("https://sub.app.example.com")]
    [TestCase("http://app.example.com")]
    [TestCase("https://app.example.com:8443")]
    [TestCase("null")]
    public async Task AnyOtherOrigin_IsToldNothing(string origin)
    {
        var answer = await http.SendAsync(HttpMethod.Get, "/version", ("Origin", origin));
        var preflight = await http.SendAsync(HttpMethod.Options, "/api/v1/chats", ("Origin", origin), ("Access-Control-Request-Method", "POST"));

        answer.Headers.Keys.Concat(preflight.Headers.Keys).Should().NotContain(name => name.StartsWith("Access-Control-Allow-", StringComparison.Ordinal));
    }
}
