using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Ai.Routing;

/// <summary>What providers say of a request reaches its caller as a code, in the words of each of our APIs and never in theirs.</summary>
public sealed class UpstreamCodeTests(DatabaseKind kind) : ApiTests(kind)
{
    private const string Secret = "their-own-words";

    private static readonly (string Name, int Status, string Code, int Api, string ApiCode, int V1, string V1Code)[] Cases =
    [
        ("window", 400, "context_length_exceeded", 422, "prompt.too_long", 400, "context_length_exceeded"),
        ("filter", 400, "content_filter", 422, "provider.content_filtered", 400, "content_filter"),
        ("model", 404, "model_not_found", 502, "provider.model_not_found", 404, "model_not_found"),
        ("size", 413, "request_too_large", 413, "provider.request_too_large", 413, "provider.request_too_large"),
        ("image", 400, "invalid_image_url", 400, "provider.invalid_image", 400, "invalid_image"),
        ("parameter", 400, "unsupported_parameter", 400, "provider.unsupported_parameter", 400, "unsupported_parameter"),
        ("text", 400, "string_above_max_length", 400, "provider.value_too_long", 400, "string_above_max_length"),
        ("money", 429, "insufficient_quota", 503, "provider.unavailable", 503, "provider.unavailable"),
        ("other", 400, "some_code", 400, "provider.rejected", 400, "provider.rejected"),
    ];

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        .. Cases.SelectMany((known, i) => FaultyUpstreams.Provider(20 + i, $"code-{known.Name}", FaultyUpstreams.First.BaseUrl, $"code-{known.Name}", $"ok@code-{known.Name}")),
        .. FaultyUpstreams.Provider(40, "unbounded", FaultyUpstreams.First.BaseUrl, "unbounded", "ok@unbounded"),
    ];

    [OneTimeSetUp]
    public void Script()
    {
        foreach (var (name, status, code, _, _, _, _) in Cases)
        {
            var body = $$$"""{"error":{"message":"{{{Secret}}}","type":"invalid_request_error","param":"messages","code":"{{{code}}}"}}""";
            FaultyUpstreams.First.Model($"ok@code-{name}").Refusal = _ => (status, body);
        }
    }

    private static IEnumerable<object[]> Names() => Cases.Select(known => new object[] { known.Name });

    [TestCaseSource(nameof(Names))]
    public async Task ACode_ReachesTheCallerOfOurOwnApi_AndIsToldAgain(string name)
    {
        var known = Cases.Single(c => c.Name == name);
        using var caller = await Api.SignInAsync();
        var body = new { prompt = "Hello", model = $"code-{name}" };

        var answer = await caller.PostAsync("/api/v1/completions", body);
        await using var stream = await caller.StreamAsync("/api/v1/completions", body);
        var events = await stream.ToEndAsync();

        answer.ShouldBeProblem(known.Api, known.ApiCode).Body.Should().NotContain(Secret);
        events[^1].Type.Should().Be("completion.failed");
        events[^1].Data.GetProperty("code").GetString().Should().Be(known.ApiCode);
        events[^1].Data.GetProperty("status").GetInt32().Should().Be(known.Api);
        var read = await caller.GetAsync($"/api/v1/completions/{events[0].Data.GetProperty("id").GetString()}");
        read.Text("errorCode").Should().Be(known.ApiCode);
        (await caller.QuotaAsync("tokens")).Should().Be((0, 0));
    }

    [TestCaseSource(nameof(Names))]
    public async Task ACode_ReachesAnOpenAiClient_AsOpenAisOwn(string name)
    {
        var known = Cases.Single(c => c.Name == name);
        using var caller = await Api.SignInAsync();

        foreach (var stream in new[] { false, true })
        {
            var answer = await caller.PostAsync(
                "/v1/chat/completions", new { model = $"code-{name}", stream, messages = new[] { new { role = "user", content = "Hello" } } });

            answer.ShouldBe((System.Net.HttpStatusCode)known.V1).Body.Should().NotContain(Secret);
            answer.Json.GetProperty("error").GetProperty("code").GetString().Should().Be(known.V1Code);
            answer.Json.GetProperty("error").GetProperty("type").GetString().Should().Be(known.V1 < 500 ? "invalid_request_error" : "server_error");
        }
    }

    [TestCase("max_tokens", 32_000, "max_tokens", 32_000)]
    [TestCase("max_completion_tokens", 8_000, "max_completion_tokens", 8_000)]
    [TestCase("max_tokens", 200_000, null, null)]
    [TestCase("max_tokens", 20_000_000_000, null, null)]
    [TestCase(null, null, null, null)]
    public async Task ABound_OfAModelWithoutALength_IsThatOfItsWindow(string? name, long? asked, string? sentName, int? sent)
    {
        using var caller = await Api.SignInAsync();
        var body = new Dictionary<string, object?> { ["model"] = "unbounded", ["messages"] = new[] { new { role = "user", content = $"bound {name} {asked}" } } };
        if (name is not null)
            body[name] = asked;

        (await caller.PostAsync("/v1/chat/completions", body)).ShouldBe(System.Net.HttpStatusCode.OK);

        var call = FaultyUpstreams.First.Model("ok@unbounded").Calls.Last(c => c.Body.Contains($"bound {name} {asked}\"", StringComparison.Ordinal));
        call.MaxTokens.Should().Be(sent);
        if (sentName is not null)
            call.Body.Should().Contain($"\"{sentName}\":{sent}");
        (await caller.QuotaAsync("tokens")).Reserved.Should().Be(0);
    }

    [TestCase("max_tokens")]
    [TestCase("max_completion_tokens")]
    public async Task ABound_AboveWhatTheModelAllows_IsLowered_AndCalledAsItsCallerDoes(string name)
    {
        using var caller = await Api.SignInAsync();
        var body = new Dictionary<string, object> { ["model"] = "ok", ["messages"] = new[] { new { role = "user", content = $"lowered {name}" } }, [name] = 32_000 };

        (await caller.PostAsync("/v1/chat/completions", body)).ShouldBe(System.Net.HttpStatusCode.OK);

        Api.Upstream.Model("ok").Calls.Last(c => c.Body.Contains($"lowered {name}\"", StringComparison.Ordinal)).Body.Should().Contain($"\"{name}\":{ApiSettings.MaxOutputTokens}");
        (await caller.PostAsync("/api/v1/completions", new { prompt = "x", model = "ok", maxTokens = 32_000 })).ShouldBeProblem(422, "validation.failed");
    }
}
