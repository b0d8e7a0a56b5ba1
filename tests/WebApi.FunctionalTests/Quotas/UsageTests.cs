using System.Globalization;
using System.Net;
using System.Text.Json;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Quotas;

/// <summary>One's own usage, summed up from the ledger.</summary>
public sealed class UsageTests(DatabaseKind kind) : ApiTests(kind)
{
    private const string Usage = "/api/v1/users/me/usage";

    [Test]
    public async Task Usage_SumsUpTheLedger_ByModelAndByDay_OfTheCallerOnly()
    {
        using var caller = await Api.SignInAsync();
        using var other = await Api.SignInAsync();
        var asked = new List<JsonElement>();
        foreach (var model in new[] { "ok", "ok", "bytes" })
            asked.Add((await caller.PostAsync("/api/v1/completions", new { prompt = "Hello", model })).ShouldBe(HttpStatusCode.OK).Json.GetProperty("usage"));
        await other.PostAsync("/api/v1/completions", new { prompt = "Hello", model = "ok" });

        var byModel = (await caller.GetAsync($"{Usage}?by=model")).ShouldBe(HttpStatusCode.OK).Json;
        // The day of the question may end before that of the report begins.
        var byDay = (await caller.GetAsync($"{Usage}?by=day&from={Day(-2)}&to={Day(2)}")).ShouldBe(HttpStatusCode.OK).Json;

        byModel.GetProperty("items").EnumerateArray().Select(line => (line.GetProperty("key").GetString(), line.GetProperty("requests").GetInt64()))
            .Should().Equal(("bytes", 1), ("ok", 2));
        byDay.GetProperty("items").EnumerateArray().Sum(line => line.GetProperty("requests").GetInt64()).Should().Be(3);
        byDay.GetProperty("items")[0].GetProperty("key").GetString().Should().MatchRegex(@"^\d{4}-\d\d-\d\d$");
        foreach (var figure in new[] { "promptTokens", "completionTokens", "costMicros" })
        {
            var expected = asked.Sum(usage => usage.GetProperty(figure).GetInt64());
            byModel.GetProperty("total").GetProperty(figure).GetInt64().Should().Be(expected, figure);
            byDay.GetProperty("total").GetProperty(figure).GetInt64().Should().Be(expected, figure);
        }
    }

    [Test]
    public async Task Usage_OfATimeWithoutAny_IsEmpty()
    {
        using var caller = await Api.SignInAsync();
        await caller.PostAsync("/api/v1/completions", new { prompt = "Hello", model = "ok" });

        var before = (await caller.GetAsync($"{Usage}?from=2020-01-01T00:00:00Z&to=2020-02-01T00:00:00Z")).ShouldBe(HttpStatusCode.OK).Json;

        before.GetProperty("items").GetArrayLength().Should().Be(0);
        before.GetProperty("total").GetProperty("requests").GetInt64().Should().Be(0);
        (await caller.GetAsync($"{Usage}?from=9999-12-31T10:00:00Z&to=9999-12-31T20:00:00Z")).ShouldBe(HttpStatusCode.OK).Json
            .GetProperty("items").GetArrayLength().Should().Be(0, "the last day has no next one");
    }

    [TestCase("text/csv", true)]
    [TestCase("Text/CSV; charset=utf-8", true)]
    [TestCase("text/csv, application/json;q=0.5", true)]
    [TestCase("text/csv, */*;q=0.1", true)]
    [TestCase("application/json, text/csv", false)]
    [TestCase("text/csv;q=0.5, application/json", false)]
    [TestCase("text/csv;q=0", false)]
    [TestCase("*/*", false)]
    public async Task Usage_IsCsv_ForWhoPrefersIt(string accept, bool csv)
    {
        using var caller = await Api.SignInAsync();
        var used = (await caller.PostAsync("/api/v1/completions", new { prompt = "Hello", model = "ok" })).ShouldBe(HttpStatusCode.OK).Json.GetProperty("usage");

        var answer = (await caller.SendAsync(HttpMethod.Get, $"{Usage}?by=model", headers: [new("Accept", accept)])).ShouldBe(HttpStatusCode.OK);

        answer.MediaType.Should().Be(csv ? "text/csv" : "application/json");
        answer.Headers["Vary"].Should().Contain("Accept");
        if (csv)
        {
            answer.Body.Should().Be(string.Create(
                CultureInfo.InvariantCulture,
                $"model,requests,promptTokens,cachedPromptTokens,completionTokens,reasoningTokens,costMicros\r\nok,1,{used.GetProperty("promptTokens").GetInt64()},0,{used.GetProperty("completionTokens").GetInt64()},0,{used.GetProperty("costMicros").GetDecimal()}\r\n"));
        }
    }

    [TestCase("from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z", 422)]
    [TestCase("from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z", 422)]
    [TestCase("from=yesterday", 400)]
    [TestCase("by=colour", 422)]
    public async Task Usage_OfABadTime_IsRefused(string query, int status)
    {
        using var caller = await Api.SignInAsync();

        ((int)(await caller.GetAsync($"{Usage}?{query}")).Status).Should().Be(status);
    }

    private static string Day(int offset) =>
        Uri.EscapeDataString(TimeProvider.System.GetUtcNow().AddDays(offset).ToString("yyyy-MM-dd'T'00:00:00'Z'", CultureInfo.InvariantCulture));
}
