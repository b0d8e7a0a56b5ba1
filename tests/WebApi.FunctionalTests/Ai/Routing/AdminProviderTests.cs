using System.Net;
using System.Text.Json;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Administration;

namespace CleanLlm.WebApi.FunctionalTests.Ai.Routing;

/// <summary>What admins see of the AI services.</summary>
public sealed class AdminProviderTests(DatabaseKind kind) : AdminTests(kind)
{
    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        .. base.Settings,
        // However long the calls take.
        new("Ai:Breaker:MinimumCalls", "10"), new("Ai:Breaker:SamplingSeconds", "600"),
        .. FaultyUpstreams.Provider(0, "dead", FaultyUpstreams.Nobody, "m"),
        .. FaultyUpstreams.Provider(1, "alive", FaultyUpstreams.Second.BaseUrl, "m", "ok@admin", priority: 1),
    ];

    [Test]
    public async Task Providers_ShowStateFailuresAndLatency()
    {
        using var caller = await Api.SignInAsync();
        for (var i = 0; i < 12; i++)
            (await caller.PostAsync("/api/v1/completions", new { prompt = "Hello", model = "m" })).ShouldBe(HttpStatusCode.OK);

        var providers = (await Admin.GetAsync("/api/v1/admin/providers")).ShouldBe(HttpStatusCode.OK).Json.EnumerateArray().ToList();

        providers.Should().OnlyContain(p => p.GetProperty("inFlight").GetInt32() == 0 && p.GetProperty("queued").GetInt32() == 0);
        var dead = Named(providers, "dead");
        dead.GetProperty("kind").GetString().Should().Be("OpenAi");
        dead.GetProperty("models").EnumerateArray().Select(m => m.GetString()).Should().Equal("m");
        dead.GetProperty("state").GetString().Should().BeOneOf("open", "halfOpen");
        dead.GetProperty("lastFailure").GetString().Should().Be("refused");
        dead.GetProperty("window").GetProperty("failuresByKind").GetProperty("refused").GetInt32().Should().BeGreaterThanOrEqualTo(10);
        var alive = Named(providers, "alive");
        alive.GetProperty("state").GetString().Should().Be("healthy");
        alive.GetProperty("window").GetProperty("calls").GetInt32().Should().Be(12);
        alive.GetProperty("window").GetProperty("whole").GetProperty("p95").GetDouble().Should().BePositive();
        alive.GetProperty("retryAt").ValueKind.Should().Be(JsonValueKind.Null);
    }

    private static JsonElement Named(List<JsonElement> providers, string name) => providers.Single(p => p.GetProperty("name").GetString() == name);
}
