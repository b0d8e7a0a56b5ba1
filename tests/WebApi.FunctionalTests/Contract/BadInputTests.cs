using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Contract;

/// <summary>Every kind of bad input gets the status and the code that the contract names.</summary>
public sealed class BadInputTests(DatabaseKind kind) : ApiTests(kind)
{
    private const string Completions = "/api/v1/completions";
    private const string Chats = "/api/v1/chats";

    private ApiCaller caller = null!;

    [OneTimeSetUp]
    public async Task SignInAsync() => caller = await Api.SignInAsync();

    [OneTimeTearDown]
    public void SignOut() => caller?.Dispose();

    private static IEnumerable<TestCaseData<string>> Malformed()
    {
        yield return Case("NoJson", "not json");
        yield return Case("NoBody", "");
        yield return Case("Null", "null");
        yield return Case("AnArray", "[]");
        yield return Case("CutOff", """{"prompt":"x""");
        yield return Case("AWrongType", """{"prompt":1}""");
        yield return Case("AnUnknownProperty", """{"prompt":"x","userId":"y"}""");
        yield return Case("ADuplicateProperty", """{"prompt":"x","prompt":"y"}""");
        yield return Case("ANumberAsText", """{"prompt":"x","maxTokens":"5"}""");
        yield return Case("ATooLargeNumber", """{"prompt":"x","maxTokens":99999999999}""");
        yield return Case("AHundredDeep", """{"prompt":""" + new string('[', 100) + new string(']', 100) + "}");
    }

    // JSON by its grammar (RFC 8259, 8.2) and yet no text.
    [TestCase(Completions, """{"prompt":"\ud800","model":"ok"}""")]
    [TestCase(Completions, """{"prompt":"a \uDC00 b","model":"ok"}""")]
    [TestCase(Completions, """{"prompt":"x","model":"\ud800"}""")]
    [TestCase(Completions, """{"prompt":"x","\ud800":1}""")]
    [TestCase(Completions, """{"\ud800":"x"}""")]
    [TestCase(Chats, """{"title":"\ud800"}""")]
    [TestCase(Chats, """{"systemPrompt":"\udfff"}""")]
    [TestCase("/api/v1/api-keys", """{"name":"\ud800"}""")]
    [TestCase("/api/v1/api-keys", """{"name":"x","scopes":["\ud800"]}""")]
    [TestCase("/api/v1/auth/register", """{"email":"\ud800@example.org","password":"\ud800"}""")]
    [TestCase("/api/v1/auth/login", """{"email":"a@example.org","password":"\ud800"}""")]
    public async Task HalfOfASurrogatePair_Answers400(string path, string body) =>
        (await caller.PostTextAsync(path, body)).ShouldBeProblem(400, "request.malformed");

    [TestCaseSource(nameof(Malformed))]
    public async Task ABodyThatCannotBeRead_Answers400(string body) =>
        (await caller.PostTextAsync(Completions, body)).ShouldBeProblem(400, "request.malformed");

    private static IEnumerable<TestCaseData<string, object, string, string>> Unacceptable()
    {
        yield return Case(Completions, new { model = "ok" }, "validation.failed", "prompt");
        yield return Case(Completions, new { prompt = "", model = "ok" }, "validation.failed", "prompt");
        yield return Case(Completions, new { prompt = "x", model = "unheard-of" }, "model.unknown", "model");
        yield return Case(Completions, new { prompt = "x", model = "ok", temperature = 2.1 }, "validation.failed", "temperature");
        yield return Case(Completions, new { prompt = "x", model = "ok", maxTokens = 0 }, "validation.failed", "maxTokens");
        yield return Case(Completions, new { prompt = "x", model = "ok", maxTokens = ApiSettings.MaxOutputTokens + 1 }, "validation.failed", "maxTokens");
        yield return Case(Completions, new { prompt = new string('x', 200_001), model = "ok" }, "validation.failed", "prompt");
        yield return Case(Completions, new { prompt = string.Join(' ', Enumerable.Range(0, 33_000)), model = "ok" }, "prompt.too_long", "prompt");
        yield return Case(Chats, new { title = new string('x', 201) }, "validation.failed", "title");
        yield return Case(Chats, new { model = "unheard-of" }, "model.unknown", "model");
        yield return Case(Chats, new { systemPrompt = new string('x', 20_001) }, "validation.failed", "systemPrompt");
    }

    [TestCaseSource(nameof(Unacceptable))]
    public async Task AValueThatBreaksARule_Answers422NamingTheField(string path, object body, string code, string field) =>
        (await caller.PostAsync(path, body)).ShouldBeProblem(422, code).ShouldBlame(field);

    [Test]
    public async Task APromptOfAMegabyte_Answers413() =>
        (await caller.PostAsync(Completions, new { prompt = new string('x', 1024 * 1024), model = "ok" })).ShouldBeProblem(413, "request.too_large");

    [TestCase("text/plain")]
    [TestCase("application/xml")]
    [TestCase("application/x-www-form-urlencoded")]
    public async Task AnotherMediaType_Answers415(string mediaType) =>
        (await caller.PostTextAsync(Completions, """{"prompt":"x"}""", mediaType)).ShouldBeProblem(415, "request.unsupported_media_type");

    [TestCase("GET", "/api/v1/chats/not-an-id")]
    [TestCase("GET", "/api/v1/completions/not-an-id")]
    [TestCase("GET", "/api/v1/nothing-here")]
    [TestCase("GET", "/nothing-here")]
    public async Task AnAddressThatIsNone_Answers404(string method, string path) =>
        (await caller.SendAsync(new HttpMethod(method), path)).ShouldBeProblem(404, "route.not_found");

    [Test]
    public async Task WhatDoesNotExist_Answers404_NamingWhat()
    {
        var nowhere = Guid.CreateVersion7();

        (await caller.GetAsync($"{Chats}/{nowhere}")).ShouldBeProblem(404, "chat.not_found");
        (await caller.GetAsync($"{Completions}/{nowhere}")).ShouldBeProblem(404, "completion.not_found");
        (await caller.PostAsync($"{Chats}/{nowhere}/messages", new { content = "x", model = "ok" })).ShouldBeProblem(404, "chat.not_found");
    }

    [Test]
    public async Task AnotherMethod_Answers405_NamingThoseThatWork()
    {
        var answer = await caller.SendAsync(HttpMethod.Put, Chats);

        answer.ShouldBeProblem(405, "method.not_allowed");
        answer.Headers["Allow"].Should().Contain("GET").And.Contain("POST");
    }

    [Test]
    public async Task Refusals_LeaveNothingBehind()
    {
        await caller.PostAsync(Completions, new { prompt = "x", model = "unheard-of" });
        await caller.PostAsync(Completions, new { prompt = "", model = "ok" });

        (await caller.QuotaAsync("requests")).Should().Be((0, 0));
        (await Books.ReservedAsync(Api.Database)).Should().Be(0);
    }

    private static TestCaseData<string> Case(string name, string body) => new TestCaseData<string>(body).SetArgDisplayNames(name);

    private static TestCaseData<string, object, string, string> Case(string path, object body, string code, string field) =>
        new TestCaseData<string, object, string, string>(path, body, code, field).SetArgDisplayNames(path, code, field);
}
