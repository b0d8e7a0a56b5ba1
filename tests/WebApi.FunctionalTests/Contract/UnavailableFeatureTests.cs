using System.Net;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Contract;

/// <summary>What the contract names and the program does not do yet is refused, never ignored.</summary>
public sealed class UnavailableFeatureTests(DatabaseKind kind) : ApiTests(kind)
{
    private const string Code = "feature.not_available";

    private ApiCaller caller = null!;
    private string messages = "";
    private string question = "";

    [OneTimeSetUp]
    public async Task AskAsync()
    {
        caller = await Api.SignInAsync();
        messages = $"/api/v1/chats/{await caller.OpenChatAsync()}/messages";
        (await caller.PostAsync(messages, new { content = "Hello", model = "ok" })).ShouldBe(HttpStatusCode.OK);
        question = (await caller.GetAsync(messages)).Ids[1];
    }

    [OneTimeTearDown]
    public void SignOut() => caller?.Dispose();

    [TestCase("respond-async")]
    [TestCase("Respond-Async")]
    [TestCase("respond-async, wait=10")]
    [TestCase("return=minimal,respond-async; foo")]
    [TestCase("handling=\"a, b\" , respond-async=\"\"")]
    public async Task AnAnswerInTheBackground_IsRefused_WhereverACompletionIsMade(string preference)
    {
        foreach (var (path, body) in Starting())
        {
            var refused = await caller.SendAsync(HttpMethod.Post, path, body, [new("Prefer", preference)]);
            refused.ShouldBeProblem(422, Code).ShouldBlame("prefer");
        }

        (await Books.RunningAsync(Api.Database)).Should().Be(0);
    }

    [TestCase("wait=10")]
    [TestCase("return=\"x, respond-async\"")]
    [TestCase("respond-asynchronously")]
    public async Task OtherPreferences_MayBeIgnored(string preference) =>
        (await caller.SendAsync(HttpMethod.Post, "/api/v1/completions", new { prompt = "Hello", model = "ok" }, [new("Prefer", preference)])).ShouldBe(HttpStatusCode.OK);

    [Test]
    public async Task TheOpenAiPart_KnowsNoPreferences() =>
        (await caller.SendAsync(
            HttpMethod.Post,
            "/v1/chat/completions",
            new { model = "ok", messages = new[] { new { role = "user", content = "Hello" } } },
            [new("Prefer", "respond-async"), new("Team", "x")])).ShouldBe(HttpStatusCode.OK);

    [Test]
    public async Task AnotherPayer_IsRefused_WhereverACompletionIsMade()
    {
        foreach (var (path, body) in Starting())
            (await caller.SendAsync(HttpMethod.Post, path, body, [new("Team", Guid.CreateVersion7().ToString())])).ShouldBeProblem(422, Code).ShouldBlame("team");
    }

    [TestCase("metadata", "{}")]
    public async Task MembersThatAreToCome_AreUnknown(string member, string value)
    {
        foreach (var path in (string[])[messages, $"{messages}/{question}/edit"])
            (await caller.PostTextAsync(path, $$"""{"content":"Hello","model":"ok","{{member}}":{{value}}}""")).ShouldBeProblem(400, "request.malformed");
    }

    [TestCase("by=key")]
    [TestCase("by=tag")]
    public async Task Usage_ByWhatIsNotThere_IsRefused(string query) => (await caller.GetAsync($"/api/v1/users/me/usage?{query}")).ShouldBeProblem(422, Code).ShouldBlame("by");

    [Test]
    public async Task ListingCompletions_IsNoMethodOfTheirAddress() =>
        (await caller.GetAsync("/api/v1/completions?status=running")).ShouldBeProblem(405, "method.not_allowed");

    private IEnumerable<(string Path, object Body)> Starting() =>
    [
        ("/api/v1/completions", new { prompt = "Hello", model = "ok" }),
        (messages, new { content = "Hello", model = "ok" }),
        ($"{messages}/{question}/edit", new { content = "Hello", model = "ok" }),
        ($"{messages}/{question}/regenerate", new { model = "ok" }),
    ];
}
