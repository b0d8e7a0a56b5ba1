using System.Net;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Access;

/// <summary>API keys in <c>x-api-key</c>, alone and beside <c>Authorization</c>.</summary>
internal sealed class KeyHeaderTests(DatabaseKind kind) : ApiTests(kind)
{
    private const string Models = "/v1/models";
    private const string Header = "x-api-key";

    private ApiCaller owner = null!;
    private ApiCaller other = null!;
    private string key = "";
    private string second = "";
    private string foreign = "";

    [OneTimeSetUp]
    public async Task MakeKeysAsync()
    {
        (owner, other) = (await Api.SignInAsync(), await Api.SignInAsync());
        (key, second, foreign) = (await MakeKeyAsync(owner), await MakeKeyAsync(owner), await MakeKeyAsync(other));
    }

    [OneTimeTearDown]
    public void SignOut()
    {
        owner?.Dispose();
        other?.Dispose();
    }

    [TestCase("/v1/models")]
    [TestCase("/api/v1/models")]
    [TestCase("/api/v1/chats")]
    [TestCase("/api/v1/users/me/quota")]
    public async Task AKey_OpensWhatItOpensInAuthorization(string path) => (await GetAsync(path, null, key)).ShouldBe(HttpStatusCode.OK);

    [TestCase("/api/v1/users/me")]
    [TestCase("/api/v1/api-keys")]
    [TestCase("/api/v1/admin/users")]
    public async Task AKey_OpensNothingMore(string path) => (await GetAsync(path, null, key)).ShouldBeProblem(403, "auth.forbidden");

    [TestCase("clk_made-up")]
    [TestCase("sk-of-another-service")]
    [TestCase("")]
    [TestCase("Bearer {key}")]
    [TestCase("{key},{key}")]
    [TestCase("{key}x")]
    public async Task WhatIsNoKey_Answers401(string shown) =>
        (await GetAsync("/api/v1/models", null, shown.Replace("{key}", key, StringComparison.Ordinal))).ShouldBeProblem(401, "auth.required")
            .Headers["WWW-Authenticate"].Should().StartWith("Bearer");

    // What clients that insist on a key of their own send, and what a proxy in front may ask for.
    [TestCase("Bearer dummy")]
    [TestCase("Bearer sk-none")]
    [TestCase("Bearer ")]
    [TestCase("Bearer")]
    [TestCase("Basic dXNlcjpwYXNzd29yZA==")]
    [TestCase("Bearer {key}")]
    [TestCase("bearer  {key}")]
    public async Task BesideWhatIsNoCredential_OrIsTheSame_TheKeyHolds(string authorization) =>
        (await GetAsync(Models, authorization.Replace("{key}", key, StringComparison.Ordinal), key)).ShouldBe(HttpStatusCode.OK);

    [TestCase("{token}")]
    [TestCase("{foreign token}")]
    [TestCase("{second}")]
    [TestCase("{foreign}")]
    [TestCase("clk_made-up")]
    [TestCase("a.b.c")]
    public async Task BesideAnotherCredential_ItOpensNothing_WhoeverTheyBelongTo(string shown)
    {
        var token = shown
            .Replace("{token}", owner.Credential!.Parameter, StringComparison.Ordinal).Replace("{foreign token}", other.Credential!.Parameter, StringComparison.Ordinal)
            .Replace("{second}", second, StringComparison.Ordinal).Replace("{foreign}", foreign, StringComparison.Ordinal);

        (await GetAsync("/api/v1/models", $"Bearer {token}", key)).ShouldBeProblem(401, "auth.required").Text("detail").Should().Contain(Header);
        var error = (await GetAsync(Models, $"Bearer {token}", key)).ShouldBe(HttpStatusCode.Unauthorized).Json.GetProperty("error");
        error.GetProperty("code").GetString().Should().Be("invalid_api_key");
        error.GetProperty("message").GetString().Should().Contain(Header);
    }

    [Test]
    public async Task AnAccessToken_IsNotDisturbedByTheKeyOfAGateway() =>
        (await GetAsync("/api/v1/users/me", $"Bearer {owner.Credential!.Parameter}", "a-key-of-the-gateway")).ShouldBe(HttpStatusCode.OK).Text("id").Should().Be(owner.UserId);

    [Test]
    public async Task AKeyTakenAway_EndsItsOpenStream()
    {
        var created = await owner.PostAsync("/api/v1/api-keys", new { name = "stream" });
        using var program = new ApiCaller(Api.Address);
        await using var stream = await program.StreamAsync(
            "/api/v1/completions", new { prompt = "Hello", model = "stall" }, (Header, created.Text("key")), ("Authorization", "Bearer dummy"));
        await stream.UntilAsync("completion.delta");

        var since = TimeProvider.System.GetTimestamp();
        await owner.DeleteAsync($"/api/v1/api-keys/{created.Text("id")}");

        (await stream.UntilAsync("completion.failed")).Data.GetProperty("code").GetString().Should().Be("auth.session_ended");
        await TestContext.Out.WriteLineAsync($"an open stream of a deleted key ended after {TimeProvider.System.GetElapsedTime(since).TotalSeconds:F1} s (promised: 5)");
    }

    [Test]
    public async Task OneRequest_InEitherHeader_IsOneCompletion()
    {
        using var program = new ApiCaller(Api.Address);
        var repeat = new KeyValuePair<string, string>("Idempotency-Key", Guid.CreateVersion7().ToString());
        var body = new { prompt = "Hello", model = "ok" };

        var first = await program.SendAsync(HttpMethod.Post, "/api/v1/completions", body, [repeat, new(Header, key)]);
        var again = await program.SendAsync(HttpMethod.Post, "/api/v1/completions", body, [repeat, new("Authorization", $"Bearer {key}")]);

        again.ShouldBe(HttpStatusCode.OK).Text("id").Should().Be(first.ShouldBe(HttpStatusCode.OK).Text("id"));
        again.Headers["Idempotency-Replayed"].Should().Be("true");
    }

    [Test]
    public async Task TheDocument_NamesTheHeader_WhereAKeyOpensTheCall()
    {
        var document = (await Api.Anonymous.GetAsync("/swagger/v1/swagger.json")).Json;

        var scheme = document.GetProperty("components").GetProperty("securitySchemes").GetProperty("apiKey");
        (scheme.GetProperty("in").GetString(), scheme.GetProperty("name").GetString()).Should().Be(("header", Header));
        SchemesOf(document, "/api/v1/models", "get").Should().BeEquivalentTo("bearer", "apiKey");
        SchemesOf(document, "/api/v1/users/me", "get").Should().BeEquivalentTo("bearer");
        document.GetProperty("paths").GetProperty("/api/v1/chats").GetProperty("post").GetProperty("requestBody")
            .TryGetProperty("required", out var required).Should().Be(required.ValueKind == System.Text.Json.JsonValueKind.False);
    }

    private static IEnumerable<string> SchemesOf(System.Text.Json.JsonElement document, string path, string method) =>
        document.GetProperty("paths").GetProperty(path).GetProperty(method).GetProperty("security").EnumerateArray()
            .Select(requirement => requirement.EnumerateObject().Single().Name);

    private static async Task<string> MakeKeyAsync(ApiCaller owner) =>
        (await owner.PostAsync("/api/v1/api-keys", new { name = "CI" })).ShouldBe(HttpStatusCode.Created).Text("key");

    private async Task<ApiAnswer> GetAsync(string path, string? authorization, string shown)
    {
        using var program = new ApiCaller(Api.Address);
        List<KeyValuePair<string, string>> headers = [new(Header, shown)];
        if (authorization is not null)
            headers.Add(new("Authorization", authorization));
        return await program.SendAsync(HttpMethod.Get, path, headers: headers);
    }
}
