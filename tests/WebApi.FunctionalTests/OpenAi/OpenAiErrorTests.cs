using System.Globalization;
using System.Net;
using CleanLlm.Testing.Databases;
using CleanLlm.Testing.Upstream.OpenAi;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.OpenAi;

/// <summary>Every failure below <c>/v1</c> has OpenAI's shape, and a status and code that its clients know.</summary>
public sealed class OpenAiErrorTests(DatabaseKind kind) : OpenAiTests(kind)
{
    private const string Chat = "/v1/chat/completions";
    private const string Embeddings = "/v1/embeddings";
    private const string Hello = "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]";

    private static IEnumerable<TestCaseData<string, string?, string>> Unacceptable()
    {
        yield return Case("{" + Hello + "}", "model", "missing_required_parameter");
        yield return Case("""{"model":"ok"}""", "messages", "missing_required_parameter");
        yield return Case("""{"model":"ok","messages":[]}""", "messages", "invalid_value");
        yield return Case("""{"model":"ok","messages":"Hello"}""", "messages", "invalid_type");
        yield return Case("""{"model":"ok","messages":["Hello"]}""", "messages[0]", "invalid_type");
        yield return Case("""{"model":"ok","messages":[{"content":"Hello"}]}""", "messages[0].role", "missing_required_parameter");
        yield return Case("""{"model":"ok","messages":[{"role":"user"}]}""", "messages[0].content", "missing_required_parameter");
        yield return Case("""{"model":"ok","messages":[{"role":"user","content":7}]}""", "messages[0].content", "invalid_type");
        yield return Case("""{"model":"ok","messages":[{"role":"user","content":" "}]}""", "messages", "invalid_value");
        yield return Case("""{"model":"ok","messages":[{"role":"user","content":[{"type":"smell"}]}]}""", "messages[0].content[0].type", "invalid_value");
        yield return Case(
            """{"model":"ok","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"file:///etc/passwd"}}]}]}""",
            "messages[0].content[0].image_url.url",
            "invalid_value");
        yield return Case(
            """{"model":"ok","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,###"}}]}]}""",
            "messages[0].content[0].image_url.url",
            "invalid_value");
        yield return Case(
            """{"model":"ok","messages":[{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"user","content":"x"}]}""",
            "messages[1].role",
            "invalid_value");
        yield return Case("{\"model\":7," + Hello + "}", "model", "invalid_type");
        yield return Case("{\"model\":\"ok\",\"temperature\":\"hot\"," + Hello + "}", "temperature", "invalid_type");
        yield return Case("{\"model\":\"ok\",\"top_p\":1.1," + Hello + "}", "top_p", "invalid_value");
        yield return Case("{\"model\":\"ok\",\"presence_penalty\":-3," + Hello + "}", "presence_penalty", "invalid_value");
        yield return Case("{\"model\":\"ok\",\"max_tokens\":0," + Hello + "}", "max_tokens", "invalid_value");
        yield return Case("{\"model\":\"ok\",\"max_completion_tokens\":-1," + Hello + "}", "max_tokens", "invalid_value");
        yield return Case("{\"model\":\"\"," + Hello + "}", "model", "invalid_value");
        yield return Case("{\"model\":\"ok\",\"stop\":[1]," + Hello + "}", "stop[0]", "invalid_type");
        yield return Case("{\"model\":\"ok\",\"n\":2," + Hello + "}", "n", "unsupported_value");
        yield return Case("{\"model\":\"ok\",\"logprobs\":true," + Hello + "}", "logprobs", "unsupported_value");
        yield return Case("{\"model\":\"ok\",\"functions\":[]," + Hello + "}", "functions", "unsupported_value");
        yield return Case("{\"model\":\"ok\",\"tool_choice\":\"auto\"," + Hello + "}", "tool_choice", "invalid_value");
        yield return Case("{\"model\":\"ok\",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a b\"}}]," + Hello + "}", "tools[0].function.name", "invalid_value");
        yield return Case("{\"model\":\"ok\",\"response_format\":{\"type\":\"xml\"}," + Hello + "}", "response_format.type", "invalid_value");
        yield return Case("{\"model\":\"ok\",\"on_disconnect\":\"panic\"," + Hello + "}", "on_disconnect", "invalid_value");
        yield return Case($"{{\"model\":\"{OpenAiServer.EmbeddingModel}\",{Hello}}}", "model", "model.embeddings_only");
        yield return Case("not json", null, "request.malformed");
        yield return Case("[]", null, "request.malformed");
        yield return Case("{\"model\":\"ok\",\"model\":\"ok\"," + Hello + "}", null, "request.malformed");
        yield return Case("{\"model\":\"ok\",\"\\u006dodel\":\"ok\"," + Hello + "}", null, "request.malformed");
        yield return Case("{\"model\":\"ok\",\"x\":" + new string('[', 100) + new string(']', 100) + "," + Hello + "}", null, "request.malformed");
    }

    // Half of a surrogate pair is JSON by its grammar (RFC 8259, 8.2) and yet no text.
    [TestCase("""{"model":"ok","messages":[{"role":"user","content":"\ud800"}]}""")]
    [TestCase("""{"model":"ok","messages":[{"role":"user","content":"a \uDC00 b"}]}""")]
    [TestCase("""{"model":"ok","messages":[{"role":"user","content":"\ud83d\ud83d\ude00"}]}""")]
    [TestCase("""{"model":"ok","messages":[{"role":"user","content":[{"type":"text","text":"\ud800"}]}]}""")]
    [TestCase("""{"model":"ok","messages":[{"role":"\ud800","content":"Hello"}]}""")]
    [TestCase("""{"model":"ok","messages":[{"role":"user","content":"Hello","name":"\ud800"}]}""")]
    [TestCase("""{"model":"\ud800","messages":[{"role":"user","content":"Hello"}]}""")]
    [TestCase("""{"model":"ok","stop":"\ud800","messages":[{"role":"user","content":"Hello"}]}""")]
    [TestCase("""{"model":"ok","unheard_of":{"deep":["\ud800"]},"messages":[{"role":"user","content":"Hello"}]}""")]
    [TestCase("""{"model":"ok","\ud800":1,"messages":[{"role":"user","content":"Hello"}]}""")]
    [TestCase("""{"model":"ok","tools":[{"type":"function","function":{"name":"f","description":"\ud800"}}],"messages":[{"role":"user","content":"Hello"}]}""")]
    [TestCase("""{"model":"ok","stream":true,"messages":[{"role":"user","content":"\ud800"}]}""")]
    public async Task HalfOfASurrogatePair_AnywhereInAChatRequest_Answers400(string body) =>
        ShouldBeError(await Caller.PostTextAsync(Chat, body), HttpStatusCode.BadRequest, null, "request.malformed");

    [TestCase("""{"model":"acme/embed-1","input":"\ud800"}""")]
    [TestCase("""{"model":"acme/embed-1","input":["Hello","\udfff"]}""")]
    [TestCase("""{"model":"acme/embed-1","input":"Hello","user":"\ud800"}""")]
    public async Task HalfOfASurrogatePair_AnywhereInAnEmbeddingRequest_Answers400(string body) =>
        ShouldBeError(await Caller.PostTextAsync(Embeddings, body), HttpStatusCode.BadRequest, null, "request.malformed");

    [Test]
    public async Task AWholeSurrogatePair_IsText() =>
        (await Caller.PostTextAsync(Chat, """{"model":"ok","messages":[{"role":"user","content":"\ud83d\ude00"}]}""")).ShouldBe(HttpStatusCode.OK);

    [Test]
    public async Task MegabytesThatCannotFit_AreRefusedByTheirLength()
    {
        var messages = Enumerable.Repeat(new { role = "user", content = new string('x', 199_000) }, 40);

        var answer = await Caller.PostAsync(Chat, new { model = OpenAiServer.ChatModel, messages });

        ShouldBeError(answer, HttpStatusCode.BadRequest, "messages", "context_length_exceeded");
        answer.Json.GetProperty("error").GetProperty("message").GetString().Should().Contain("at least 306");
    }

    [Test]
    public async Task ALargePrompt_WhenTheKeysLimitIsSpent_Answers429()
    {
        using var spent = new ApiCaller(Api.Address);
        spent.Authorize("Bearer", await MakeKeyAsync(monthlyTokenLimit: 100));
        var messages = new[] { new { role = "user", content = new string('x', 50_000) } };

        var answer = await spent.PostAsync(Chat, new { model = OpenAiServer.ChatModel, messages });

        ShouldBeError(answer, HttpStatusCode.TooManyRequests, null, "insufficient_quota");
    }

    // A provider that fetches pictures would fetch from its own network whatever a caller names there.
    [TestCase("http://127.0.0.1/a.png")]
    [TestCase("http://127.1/a.png")]
    [TestCase("http://2130706433/a.png")]
    [TestCase("http://0x7f000001/a.png")]
    [TestCase("http://0177.0.0.1/a.png")]
    [TestCase("http://0.0.0.0/a.png")]
    [TestCase("http://10.1.2.3/a.png")]
    [TestCase("http://172.16.0.1/a.png")]
    [TestCase("http://172.31.255.255/a.png")]
    [TestCase("http://192.168.1.1:8080/a.png")]
    [TestCase("http://100.64.0.1/a.png")]
    [TestCase("http://169.254.169.254/latest/meta-data")]
    [TestCase("http://[::1]/a.png")]
    [TestCase("http://[::]/a.png")]
    [TestCase("http://[::ffff:127.0.0.1]/a.png")]
    [TestCase("http://[::ffff:169.254.169.254]/a.png")]
    [TestCase("http://[64:ff9b::7f00:1]/a.png")]
    [TestCase("http://[fe80::1]/a.png")]
    [TestCase("http://[fe80::1%25eth0]/a.png")]
    [TestCase("http://[fd00::1]/a.png")]
    [TestCase("http://localhost/a.png")]
    [TestCase("http://LOCALHOST./a.png")]
    [TestCase("http://a.localhost/a.png")]
    [TestCase("http://metadata.google.internal/computeMetadata/v1")]
    [TestCase("http://printer.local./a.png")]
    [TestCase("http://database/a.png")]
    [TestCase("http://user:word@127.0.0.1/a.png")]
    [TestCase("http://①②⑦.0.0.1/a.png")]
    [TestCase("ftp://example.org/a.png")]
    [TestCase("//example.org/a.png")]
    public async Task APictureInTheProvidersOwnNetwork_Answers400(string url)
    {
        object[] content = [new { type = "text", text = "What is this?" }, new { type = "image_url", image_url = new { url } }];

        var answer = await Caller.PostAsync(Chat, new { model = OpenAiServer.ChatModel, messages = new[] { new { role = "user", content } } });

        ShouldBeError(answer, HttpStatusCode.BadRequest, "messages[0].content[1].image_url.url", "invalid_value");
    }

    [TestCase("""{"file_id":"file-1"}""")]
    [TestCase("""{"file_id":"file-1","file_data":"data:application/pdf;base64,AQID"}""")]
    [TestCase("""{"file_id":["file-1"]}""")]
    public async Task AFileOfTheProvidersAccount_Answers400(string file) => ShouldBeError(
        await Caller.PostTextAsync(Chat, $$$"""{"model":"ok","messages":[{"role":"user","content":[{"type":"file","file":{{{file}}}}]}]}"""),
        HttpStatusCode.BadRequest,
        "messages[0].content[0].file.file_id",
        "unsupported_value");

    [TestCaseSource(nameof(Unacceptable))]
    public async Task AChatRequestThatBreaksARule_Answers400_NamingTheField(string body, string? param, string code) =>
        ShouldBeError(await Caller.PostTextAsync(Chat, body), HttpStatusCode.BadRequest, param, code);

    [TestCase("""{"model":"acme/embed-1"}""", "input", "missing_required_parameter")]
    [TestCase("""{"model":"acme/embed-1","input":[]}""", "input", "invalid_value")]
    [TestCase("""{"model":"acme/embed-1","input":[1,2]}""", "input", "unsupported_value")]
    [TestCase("""{"model":"acme/embed-1","input":[[1],[2]]}""", "input", "unsupported_value")]
    [TestCase("""{"model":"acme/embed-1","input":"x","encoding_format":"hex"}""", "encoding_format", "invalid_value")]
    [TestCase("""{"model":"acme/embed-1","input":"x","dimensions":0}""", "dimensions", "invalid_value")]
    [TestCase("""{"model":"ok","input":"x"}""", "model", "model.no_embeddings")]
    public async Task AnEmbeddingRequestThatBreaksARule_Answers400_NamingTheField(string body, string param, string code) =>
        ShouldBeError(await Caller.PostTextAsync(Embeddings, body), HttpStatusCode.BadRequest, param, code);

    [Test]
    public async Task TooManyMessages_Answer400()
    {
        var messages = Enumerable.Repeat(new { role = "user", content = "x" }, 2049);

        ShouldBeError(await Caller.PostAsync(Chat, new { model = "ok", messages }), HttpStatusCode.BadRequest, "messages", "array_above_max_length");
    }

    [Test]
    public async Task APromptBeyondTheWindow_IsTooLong()
    {
        var messages = new[] { new { role = "user", content = string.Join(' ', Enumerable.Range(0, 33_000)) } };

        ShouldBeError(await Caller.PostAsync(Chat, new { model = "ok", messages }), HttpStatusCode.BadRequest, "messages", "context_length_exceeded");
    }

    [Test]
    public async Task WhatIsNotThere_Answers404()
    {
        ShouldBeError(await Caller.GetAsync("/v1/nothing"), HttpStatusCode.NotFound, null, "unknown_url");
        ShouldBeError(await Caller.GetAsync("/v1/models/none/such"), HttpStatusCode.NotFound, null, "model_not_found");
        ShouldBeError(await Caller.PostTextAsync(Chat, "{\"model\":\"none\"," + Hello + "}"), HttpStatusCode.NotFound, null, "model_not_found");
        ShouldBeError(await Caller.PostTextAsync(Embeddings, """{"model":"none","input":"x"}"""), HttpStatusCode.NotFound, null, "model_not_found");
    }

    [Test]
    public async Task WhatTheFrameworkRefuses_HasTheShapeToo()
    {
        ShouldBeError(await Caller.GetAsync(Chat), HttpStatusCode.MethodNotAllowed, null, "method_not_supported").Headers["Allow"].Should().Contain("POST");
        ShouldBeError(await Caller.PostTextAsync(Chat, "{}", "text/plain"), HttpStatusCode.UnsupportedMediaType, null, "request.unsupported_media_type");
        var large = new { model = "ok", messages = new[] { new { role = "user", content = new string('x', 9 * 1024 * 1024) } } };
        ShouldBeError(await Caller.PostAsync(Chat, large), HttpStatusCode.RequestEntityTooLarge, null, "request.too_large");
    }

    [Test]
    public async Task ABodyWithPictures_MayBeLargerThanOthers()
    {
        var picture = "data:image/png;base64," + Convert.ToBase64String(new byte[2 * 1024 * 1024]);
        object[] content = [new { type = "text", text = "What is this?" }, new { type = "image_url", image_url = new { url = picture } }];

        (await Caller.PostAsync(Chat, new { model = OpenAiServer.ChatModel, messages = new[] { new { role = "user", content } } }))
            .ShouldBe(HttpStatusCode.OK).Body.Should().Contain("Picture: 27");
    }

    [Test]
    public async Task CredentialsThatDoNotSuffice_Answer401And403()
    {
        var noScope = new ApiCaller(Api.Address);
        noScope.Authorize("Bearer", (await Caller.PostAsync("/api/v1/api-keys", new { name = "no", scopes = new[] { "usage:read" } })).Text("key"));

        ShouldBeError(await Api.Anonymous.GetAsync("/v1/models"), HttpStatusCode.Unauthorized, null, "invalid_api_key").Headers["WWW-Authenticate"].Should().StartWith("Bearer");
        ShouldBeError(await noScope.GetAsync("/v1/models"), HttpStatusCode.Forbidden, null, "missing_scope");
    }

    [Test]
    public async Task ASpentQuota_Answers429_AndTellsClientsNotToWaitForIt()
    {
        using var spent = new ApiCaller(Api.Address);
        spent.Authorize("Bearer", await MakeKeyAsync(monthlyTokenLimit: 1));

        var answer = ShouldBeError(await spent.PostTextAsync(Chat, "{\"model\":\"ok\"," + Hello + "}"), HttpStatusCode.TooManyRequests, null, "insufficient_quota");

        var error = answer.Json.GetProperty("error");
        error.GetProperty("type").GetString().Should().Be("insufficient_quota");
        error.GetProperty("limit").GetInt64().Should().Be(1);
        error.GetProperty("window").GetString().Should().Be("month");
        error.TryGetProperty("resets_at", out _).Should().BeTrue();
        var wait = int.Parse(answer.Headers["Retry-After"], CultureInfo.InvariantCulture);
        answer.Headers.ContainsKey("x-should-retry").Should().Be(wait > 60);
    }

    private static ApiAnswer ShouldBeError(ApiAnswer answer, HttpStatusCode status, string? param, string code)
    {
        answer.ShouldBe(status).MediaType.Should().Be("application/json");
        var error = answer.Json.GetProperty("error");
        // Callers of /v1 know neither the calls of /api nor the names of our properties.
        error.GetProperty("message").GetString().Should().NotBeNullOrEmpty().And.NotContain("/api").And.NotMatchRegex("^'[A-Z]").And.NotContain("maxTokens");
        error.GetProperty("type").GetString().Should().NotBeNullOrEmpty();
        error.GetProperty("param").GetString().Should().Be(param);
        error.GetProperty("code").GetString().Should().Be(code);
        answer.Body.Should().NotContain("   at ").And.NotContain("Exception");
        return answer;
    }

    private static TestCaseData<string, string?, string> Case(string body, string? param, string code) =>
        new TestCaseData<string, string?, string>(body, param, code).SetArgDisplayNames(param ?? "body", code, body.Length > 60 ? body[..60] : body);
}
