using System.Net;
using CleanLlm.Testing.Databases;
using CleanLlm.Testing.Upstream.OpenAi;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.OpenAi;

/// <summary>Which models a caller sees: those of their plan, on <c>/api</c> and on <c>/v1</c>, by id and by alias.</summary>
public sealed class PlanModelTests(DatabaseKind kind) : OpenAiTests(kind)
{
    private const string Llama = "meta-llama/Llama-3";
    private const string Hidden = "acme/hidden";

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        .. base.Settings,
        .. Model(Provider, 2, Llama),
        new($"{Provider}:Models:2:Aliases:0", "meta/fast"),
        .. Model(Provider, 3, Hidden),
        new($"{Provider}:Models:3:Aliases:0", "hidden"),
        // One name for a model of the plan and for one that is not in it.
        new($"{Provider}:Models:3:Aliases:1", "shared"),
        new($"{Provider}:Models:0:Aliases:0", "shared"),
        new("Plans:0:AllowedModels:0", OpenAiServer.EmbeddingModel),
        new("Plans:0:AllowedModels:1", Llama),
        new("Plans:0:AllowedModels:2", OpenAiServer.ChatModel),
    ];

    [Test]
    public async Task TheLists_HoldWhatThePlanAllows_AndBeginWithWhatAnswersByDefault()
    {
        var mine = (await Caller.GetAsync("/api/v1/models")).ShouldBe(HttpStatusCode.OK).Json.EnumerateArray().Select(model => model.GetProperty("id").GetString()).ToList();
        var openAi = (await Caller.GetAsync("/v1/models")).ShouldBe(HttpStatusCode.OK).Json.GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString());

        mine.Should().BeEquivalentTo(OpenAiServer.ChatModel, OpenAiServer.EmbeddingModel, Llama);
        openAi.Should().Equal(mine);
        (await Caller.PostAsync("/api/v1/completions", new { prompt = "Hello" })).ShouldBe(HttpStatusCode.OK).Text("model").Should().Be(mine[0]);
    }

    [TestCase($"/v1/models/{Llama}", Llama)]
    [TestCase("/v1/models/meta-llama%2FLlama-3", Llama)]
    [TestCase("/v1/models/meta-llama%2fLlama-3", Llama)]
    [TestCase("/v1/models/meta/fast", Llama)]
    [TestCase("/v1/models/meta%2Ffast", Llama)]
    [TestCase("/v1/models/shared", OpenAiServer.ChatModel)]
    [TestCase($"/v1/models/{OpenAiServer.EmbeddingModel}", OpenAiServer.EmbeddingModel)]
    public async Task AModelOfThePlan_IsShown_WithItsSlashesEscapedOrNot(string path, string id)
    {
        (await Caller.GetAsync(path)).ShouldBe(HttpStatusCode.OK).Text("id").Should().Be(id);
        (await Caller.SendAsync(HttpMethod.Head, path)).ShouldBe(HttpStatusCode.OK);
    }

    [TestCase($"/v1/models/{Hidden}")]
    [TestCase("/v1/models/acme%2Fhidden")]
    [TestCase("/v1/models/hidden")]
    [TestCase("/v1/models/ok")]
    [TestCase("/v1/models/unheard-of")]
    public async Task AModelThatIsNotInThePlan_IsNotThere(string path)
    {
        var error = (await Caller.GetAsync(path)).ShouldBe(HttpStatusCode.NotFound).Json.GetProperty("error");

        error.GetProperty("code").GetString().Should().Be("model_not_found");
        error.GetProperty("message").GetString().Should().Contain("GET /v1/models lists them").And.NotContain("/api/");
    }

    [Test]
    public async Task APlanThatChanges_ShowsOtherModels()
    {
        using var admin = await Api.SignInAsync();
        using var other = await Api.SignInAsync();
        await Api.Database.ExecuteAsync($"UPDATE users SET role = 2 WHERE lower(CAST(id AS text)) = '{admin.UserId}'");
        await Eventually.HoldsAsync("the admin is one", async () => (await admin.GetAsync("/api/v1/admin/plans")).Status == HttpStatusCode.OK);
        var plan = (await admin.PostAsync("/api/v1/admin/plans", new { name = "Small", allowedModels = new[] { "ok" } })).ShouldBe(HttpStatusCode.Created).Text("id");
        (await admin.SendAsync(HttpMethod.Patch, $"/api/v1/admin/users/{other.UserId}", new { planId = plan })).ShouldBe(HttpStatusCode.OK);

        await Eventually.HoldsAsync(
            "the list has the one model of the other plan",
            async () => (await other.GetAsync("/v1/models")).Json.GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString()).SequenceEqual(["ok"]));
    }
}
