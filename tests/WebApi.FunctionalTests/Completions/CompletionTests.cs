using System.Net;
using System.Text.Json;
using CleanLlm.Testing.Databases;
using CleanLlm.Testing.Upstream;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Completions;

public sealed class CompletionTests(DatabaseKind kind) : ApiTests(kind)
{
    private const string Completions = "/api/v1/completions";

    [Test]
    public async Task AJsonCompletion_CarriesTheAnswer_ItsUsage_AndItsCost()
    {
        using var caller = await Api.SignInAsync();

        var answer = await caller.PostAsync(Completions, new { prompt = ApiCaller.Prompt(5), model = "ok" });

        answer.ShouldBe(HttpStatusCode.OK).MediaType.Should().Be("application/json");
        answer.Text("status").Should().Be("succeeded");
        answer.Text("model").Should().Be("ok");
        answer.Text("finishReason").Should().Be("stop");
        answer.Json.GetProperty("chatId").ValueKind.Should().Be(JsonValueKind.Null);
        answer.Json.GetProperty("message").GetProperty("content").GetString().Should().Be(UpstreamAnswers.Of(promptWords: 5));
        var usage = answer.Json.GetProperty("usage");
        var (prompt, completion) = (usage.GetProperty("promptTokens").GetInt64(), usage.GetProperty("completionTokens").GetInt64());
        prompt.Should().Be(5, "the upstream reports words");
        completion.Should().Be(UpstreamAnswers.Of(5).Split(' ').Length);
        usage.GetProperty("totalTokens").GetInt64().Should().Be(prompt + completion);
        usage.GetProperty("costMicros").GetDecimal()
            .Should().Be((prompt * ApiSettings.PromptPrice) + (completion * ApiSettings.CompletionPrice));
    }

    [Test]
    public async Task ACompletion_CanBeReadAgain_ByItsOwnerOnly()
    {
        using var caller = await Api.SignInAsync();
        using var stranger = await Api.SignInAsync();
        var asked = await caller.PostAsync(Completions, new { prompt = "Hello", model = "ok" });
        var address = $"{Completions}/{asked.Text("id")}";

        var read = await caller.GetAsync(address);

        read.ShouldBe(HttpStatusCode.OK).Text("status").Should().Be("succeeded");
        read.Json.GetProperty("message").GetProperty("content").GetString()
            .Should().Be(asked.Json.GetProperty("message").GetProperty("content").GetString());
        (await stranger.GetAsync(address)).ShouldBeProblem(404, "completion.not_found");
    }

    [Test]
    public async Task ACompletion_NotToBeStored_KeepsNoText()
    {
        using var caller = await Api.SignInAsync();

        var asked = await caller.PostAsync(Completions, new { prompt = "A secret prompt", model = "ok", store = false });
        var read = await caller.GetAsync($"{Completions}/{asked.ShouldBe(HttpStatusCode.OK).Text("id")}");

        asked.Json.GetProperty("message").ValueKind.Should().Be(JsonValueKind.Object);
        read.Json.GetProperty("message").ValueKind.Should().Be(JsonValueKind.Null);
        (await Api.Database.ScalarAsync(
            $"SELECT count(*) FROM completions WHERE lower(CAST(id AS text)) = '{asked.Text("id")}' AND prompt IS NULL AND answer IS NULL")).Should().Be(1);
    }

    [TestCase("ok")]
    [TestCase("bytes")]
    public async Task AStream_StartsGrowsAndEndsOnce_WithIncreasingIds(string model)
    {
        using var caller = await Api.SignInAsync();

        await using var stream = await caller.StreamAsync(Completions, new { prompt = ApiCaller.Prompt(3), model });
        var events = await stream.ToEndAsync();

        stream.Response.Content.Headers.ContentType!.MediaType.Should().Be("text/event-stream");
        events[0].Type.Should().Be("completion.started");
        events[0].Data.GetProperty("model").GetString().Should().Be(model);
        events.Skip(1).SkipLast(1).Should().OnlyContain(e => e.Type == "completion.delta").And.NotBeEmpty();
        events[^1].Type.Should().Be("completion.finished");
        events.Select(e => e.Id).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
        string.Concat(events.Where(e => e.Type == "completion.delta").Select(e => e.Data.GetProperty("text").GetString()))
            .Should().Be(UpstreamAnswers.Of(promptWords: 3, multiByte: model == "bytes"));
        events[^1].Data.GetProperty("id").GetString().Should().Be(events[0].Data.GetProperty("id").GetString());
        events[^1].Data.GetProperty("status").GetString().Should().Be("succeeded");
    }

    [Test]
    public async Task AStream_SendsTheFirstText_BeforeTheAnswerIsDone()
    {
        using var caller = await Api.SignInAsync();

        await using var stream = await caller.StreamAsync(Completions, new { prompt = "Hello", model = "stall" });
        var first = await stream.UntilAsync("completion.delta");
        Api.Upstream.Release("stall");
        var rest = await stream.ToEndAsync();

        first.Data.GetProperty("text").GetString().Should().NotBeEmpty();
        rest[^1].Type.Should().Be("completion.finished");
    }

    [Test]
    public async Task AStream_WhoseCallerLeaves_IsFinishedAndStoredAllTheSame()
    {
        using var caller = await Api.SignInAsync();
        var chat = await caller.OpenChatAsync();
        string id;

        await using (var stream = await caller.StreamAsync($"/api/v1/chats/{chat}/messages", new { content = ApiCaller.Prompt(4), model = "stall@second" }))
        {
            id = (await stream.UntilAsync("completion.started")).Data.GetProperty("id").GetString()!;
            await stream.UntilAsync("completion.delta");
        }

        var running = await caller.GetAsync($"{Completions}/{id}");
        Api.Upstream.Release("stall@second");
        await Eventually.HoldsAsync("the completion ends", async () => (await caller.GetAsync($"{Completions}/{id}")).Text("status") != "running");

        running.Text("status").Should().Be("running");
        var messages = await caller.GetAsync($"/api/v1/chats/{chat}/messages");
        messages.Json.GetProperty("items")[0].GetProperty("content").GetString().Should().Be(UpstreamAnswers.Of(promptWords: 4));
        await Books.ShouldBalanceAsync(Api.Database);
        (await Books.EntriesAsync(Api.Database, caller.UserId)).Should().Be(1);
    }

    [TestCase("no-usage")]
    [TestCase("no-done")]
    public async Task AnUpstreamThatForgetsSomething_StillAnswers_AndIsCharged(string model)
    {
        using var caller = await Api.SignInAsync();

        await using var stream = await caller.StreamAsync(Completions, new { prompt = "Hello there", model });
        var events = await stream.ToEndAsync();

        events[^1].Type.Should().Be("completion.finished");
        await Books.ShouldBalanceAsync(Api.Database);
        (await Books.EntriesAsync(Api.Database, caller.UserId)).Should().Be(1);
    }

    [Test]
    public async Task MaxTokens_BoundsTheAnswer_AndSaysSo()
    {
        using var caller = await Api.SignInAsync();

        var answer = await caller.PostAsync(Completions, new { prompt = "Hello", model = "ok", maxTokens = 3 });

        answer.ShouldBe(HttpStatusCode.OK).Text("finishReason").Should().Be("length");
        answer.Json.GetProperty("usage").GetProperty("completionTokens").GetInt32().Should().Be(3);
    }

    [Test]
    public async Task Models_ListsThoseConfigured_WithTheirPrices()
    {
        using var caller = await Api.SignInAsync();

        var models = (await caller.GetAsync("/api/v1/models")).ShouldBe(HttpStatusCode.OK).Json;

        var ok = models.EnumerateArray().Single(model => model.GetProperty("id").GetString() == "ok");
        ok.GetProperty("provider").GetString().Should().Be("patient");
        ok.GetProperty("contextWindow").GetInt32().Should().Be(64_000);
        ok.GetProperty("maxOutputTokens").GetInt32().Should().Be(ApiSettings.MaxOutputTokens);
        ok.GetProperty("price").GetProperty("prompt").GetDecimal().Should().Be(ApiSettings.PromptPrice);
        ok.GetProperty("price").GetProperty("completion").GetDecimal().Should().Be(ApiSettings.CompletionPrice);
        ok.GetProperty("price").GetProperty("cachedPrompt").GetDecimal().Should().Be(ApiSettings.PromptPrice, "it has no price of its own");
        ok.GetProperty("displayName").GetString().Should().NotBeNullOrEmpty();
    }
}
