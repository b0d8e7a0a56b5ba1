using System.Net;
using CleanLlm.Testing.Databases;
using CleanLlm.Testing.Upstream.OpenAi;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.OpenAi;

/// <summary>Embeddings are admitted, settled and charged like completions, and nothing of their texts is kept.</summary>
public sealed class EmbeddingTests(DatabaseKind kind) : OpenAiTests(kind)
{
    private const string Path = "/v1/embeddings";
    private const string Unusable = "embed-nan";
    private const string Failing = "status-503@embeddings";

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        .. base.Settings,
        .. Model(Provider, 2, Failing),
        new($"{Provider}:Models:2:IsEmbedding", "true"),
        .. Model("Ai:Providers:0", 90, Unusable),
        new("Ai:Providers:0:Models:90:IsEmbedding", "true"),
    ];

    [Test]
    public async Task Embeddings_AreChargedOnce_ByWhatTheProviderCounted()
    {
        using var caller = await Api.SignInAsync();

        var answer = (await caller.PostAsync(Path, new { model = OpenAiServer.EmbeddingModel, input = new[] { "one", "two words" } })).ShouldBe(HttpStatusCode.OK);

        answer.Json.GetProperty("usage").GetProperty("prompt_tokens").GetInt32().Should().Be(3);
        answer.Headers.Keys.Should().Contain(["RateLimit", "Completion-Id"]);
        (await Books.EntriesAsync(Api.Database, caller.UserId)).Should().Be(1);
        (await caller.QuotaAsync("tokens")).Should().Be((3, 0));
        (await caller.QuotaAsync("requests")).Should().Be((1, 0));
        var usage = (await caller.GetAsync("/api/v1/users/me/usage?by=model")).ShouldBe(HttpStatusCode.OK);
        usage.Body.Should().Contain(OpenAiServer.EmbeddingModel).And.Contain("\"completionTokens\":0");
        await Books.ShouldBalanceAsync(Api.Database);
    }

    [Test]
    public async Task TheTexts_AreNotKept()
    {
        using var caller = await Api.SignInAsync();

        var answer = (await caller.PostAsync(Path, new { model = OpenAiServer.EmbeddingModel, input = "kept-nowhere" })).ShouldBe(HttpStatusCode.OK);

        (await Api.Database.ScalarAsync(
            $"SELECT count(*) FROM completions WHERE lower(CAST(id AS text)) = '{answer.Headers["Completion-Id"]}' AND prompt IS NULL AND answer IS NULL")).Should().Be(1);
        var completion = (await caller.GetAsync($"/api/v1/completions/{answer.Headers["Completion-Id"]}")).ShouldBe(HttpStatusCode.OK);
        completion.Text("status").Should().Be("succeeded");
        completion.Text("model").Should().Be(OpenAiServer.EmbeddingModel);
    }

    [Test]
    public async Task AFailingProvider_CostsNothing()
    {
        using var caller = await Api.SignInAsync();

        var answer = await caller.PostAsync(Path, new { model = Failing, input = "x" });

        // Configured here, but its server does not know the model.
        answer.ShouldBe(HttpStatusCode.NotFound).Json.GetProperty("error").GetProperty("code").GetString().Should().Be("model_not_found");
        (await Books.EntriesAsync(Api.Database, caller.UserId)).Should().Be(0);
        (await caller.QuotaAsync("tokens")).Should().Be((0, 0));
        await Books.ShouldBalanceAsync(Api.Database);
    }

    [Test]
    public async Task VectorsThatCannotBeUsed_AreTheProvidersFault_AndCostNothing()
    {
        using var caller = await Api.SignInAsync();

        var answer = await caller.PostAsync(Path, new { model = Unusable, input = new[] { "one", "two" } });

        answer.ShouldBe(HttpStatusCode.BadGateway).Json.GetProperty("error").GetProperty("code").GetString().Should().Be("provider.bad_answer");
        (await Books.EntriesAsync(Api.Database, caller.UserId)).Should().Be(0);
        await Books.ShouldBalanceAsync(Api.Database);
    }

    [Test]
    public async Task AKeyOfTooLittle_IsRefused_BeforeTheProviderIsAsked()
    {
        using var spent = new ApiCaller(Api.Address);
        spent.Authorize("Bearer", await MakeKeyAsync(monthlyTokenLimit: 2));

        var answer = await spent.PostAsync(Path, new { model = OpenAiServer.EmbeddingModel, input = "more than two tokens in this text" });

        answer.ShouldBe(HttpStatusCode.TooManyRequests).Json.GetProperty("error").GetProperty("code").GetString().Should().Be("insufficient_quota");
    }

    [Test]
    public async Task ATextBeyondTheWindow_IsTooLong()
    {
        var answer = await Caller.PostAsync(Path, new { model = OpenAiServer.EmbeddingModel, input = new[] { "short", string.Join(' ', Enumerable.Range(0, 33_000)) } });

        answer.ShouldBe(HttpStatusCode.BadRequest).Json.GetProperty("error").GetProperty("code").GetString().Should().Be("context_length_exceeded");
    }
}
