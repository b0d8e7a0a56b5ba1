using System.Net;
using System.Text;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace CleanLlm.WebApi.FunctionalTests.ResponseCache;

public sealed class ResponseCacheTests(DatabaseKind kind) : ApiTests(kind)
{
    private const string Completions = "/api/v1/completions";

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
        CacheSettings.With("ok@hit", "ok@parameters", "ok@other", "ok@wish", "bytes@stream", "ok@partition", "ok@chat", "status-503@failure", "ok@secret");

    [OneTimeSetUp]
    public Task ConnectAsync() => CacheSettings.ConnectAsync(Api);

    [Test]
    public async Task TheSameAgain_ComesFromTheCache_AndCostsNothingButTheRequest()
    {
        using var caller = await Api.SignInAsync();
        var question = new { prompt = "What is love?", model = "ok@hit", temperature = 0 };

        var first = await caller.PostAsync(Completions, question);
        await KeptAsync(caller, question);
        var tokens = await caller.QuotaAsync("tokens");
        var requests = await caller.QuotaAsync("requests");
        var again = await caller.PostAsync(Completions, question);

        first.ShouldBe(HttpStatusCode.OK).Json.GetProperty("cached").GetBoolean().Should().BeFalse();
        again.ShouldBe(HttpStatusCode.OK).Json.GetProperty("cached").GetBoolean().Should().BeTrue();
        again.Text("id").Should().NotBe(first.Text("id"));
        Content(again).Should().Be(Content(first));
        again.Text("finishReason").Should().Be("stop");
        (again.Text("model"), again.Text("provider")).Should().Be(("ok@hit", "patient"));
        again.Json.GetProperty("usage").GetRawText().Should().Be(
            """{"promptTokens":0,"cachedPromptTokens":0,"completionTokens":0,"reasoningTokens":0,"costMicros":0,"totalTokens":0}""");
        Api.Upstream.Model("ok@hit").Calls.Should().ContainSingle();
        (await caller.QuotaAsync("tokens")).Should().Be(tokens);
        (await caller.QuotaAsync("requests")).Used.Should().Be(requests.Used + 1);
        (await caller.GetAsync($"{Completions}/{again.Text("id")}")).Json.GetProperty("cached").GetBoolean().Should().BeTrue();
        (await Api.Database.ScalarAsync(
            "SELECT count(*) FROM usage_ledger WHERE model = 'ok@hit' AND basis = 4 AND prompt_tokens + completion_tokens + cost_nanos = 0")).Should().BePositive();
        await Books.ShouldBalanceAsync(Api.Database);
    }

    [Test]
    public async Task AnotherPrompt_Model_LengthOrTemperature_IsAskedAnew()
    {
        using var caller = await Api.SignInAsync();
        const string Model = "ok@parameters";
        object[] questions =
        [
            new { prompt = "One", model = Model, cache = true },
            new { prompt = "One ", model = Model, cache = true },
            new { prompt = "one", model = Model, cache = true },
            new { prompt = "One", model = "ok@other", cache = true },
            new { prompt = "One", model = Model, maxTokens = 50, cache = true },
            new { prompt = "One", model = Model, temperature = 0, cache = true },
            new { prompt = "One", model = Model, temperature = 0.5, cache = true },
        ];

        foreach (var question in questions)
            (await caller.PostAsync(Completions, question)).ShouldBe(HttpStatusCode.OK).Json.GetProperty("cached").GetBoolean().Should().BeFalse();

        Api.Upstream.Model(Model).Calls.Should().HaveCount(6);
        Api.Upstream.Model("ok@other").Calls.Should().ContainSingle();
    }

    [Test]
    public async Task WithoutAWish_OnlyTemperatureZeroOfWhatIsStored_IsCached()
    {
        using var caller = await Api.SignInAsync();
        object[] uncached =
        [
            new { prompt = "One", model = "ok@wish" },
            new { prompt = "One", model = "ok@wish", temperature = 0.1 },
            new { prompt = "One", model = "ok@wish", temperature = 0, cache = false },
            new { prompt = "One", model = "ok@wish", temperature = 0, store = false },
        ];

        foreach (var question in uncached.Concat(uncached))
            (await caller.PostAsync(Completions, question)).ShouldBe(HttpStatusCode.OK).Json.GetProperty("cached").GetBoolean().Should().BeFalse();

        Api.Upstream.Model("ok@wish").Calls.Should().HaveCount(8);
    }

    [Test]
    public async Task AStream_FromTheCache_HasTheSameEventsAndText()
    {
        using var caller = await Api.SignInAsync();
        var question = new { prompt = "Any text", model = "bytes@stream", temperature = 0 };

        await using var first = await caller.StreamAsync(Completions, question);
        var asked = await first.ToEndAsync();
        await KeptAsync(caller, question);
        await using var second = await caller.StreamAsync(Completions, question);
        var cached = await second.ToEndAsync();

        cached.Select(e => e.Type).Distinct().Should().Equal("completion.started", "completion.delta", "completion.finished");
        Text(cached).Should().Be(Text(asked));
        cached[^1].Data.GetProperty("cached").GetBoolean().Should().BeTrue();
        asked[^1].Data.GetProperty("cached").GetBoolean().Should().BeFalse();
        Api.Upstream.Model("bytes@stream").Calls.Should().ContainSingle();
    }

    [Test]
    public async Task AnotherUser_IsAnsweredAnew()
    {
        using var one = await Api.SignInAsync();
        using var other = await Api.SignInAsync();
        var question = new { prompt = "Hello", model = "ok@partition", temperature = 0 };

        await one.PostAsync(Completions, question);
        await KeptAsync(one, question);

        (await other.PostAsync(Completions, question)).ShouldBe(HttpStatusCode.OK).Json.GetProperty("cached").GetBoolean().Should().BeFalse();
        Api.Upstream.Model("ok@partition").Calls.Should().HaveCount(2);
    }

    [Test]
    public async Task InAChat_TheHistoryCounts_AndARegenerationIsNeverCached()
    {
        using var caller = await Api.SignInAsync();
        var question = new { content = "Hello", model = "ok@chat", temperature = 0 };
        var first = $"/api/v1/chats/{await caller.OpenChatAsync()}/messages";
        var second = $"/api/v1/chats/{await caller.OpenChatAsync()}/messages";

        (await caller.PostAsync(first, question)).ShouldBe(HttpStatusCode.OK);
        await KeptAsync(caller, new { prompt = "Hello", model = "ok@chat", temperature = 0 });
        var elsewhere = await caller.PostAsync(second, question);
        var continued = await caller.PostAsync(second, question);
        var message = elsewhere.Json.GetProperty("message").GetProperty("id").GetString();
        var again = await caller.PostAsync($"{second}/{message}/regenerate", new { model = "ok@chat", temperature = 0 });

        elsewhere.ShouldBe(HttpStatusCode.OK).Json.GetProperty("cached").GetBoolean().Should().BeTrue();
        continued.ShouldBe(HttpStatusCode.OK).Json.GetProperty("cached").GetBoolean().Should().BeFalse();
        again.ShouldBe(HttpStatusCode.OK).Json.GetProperty("cached").GetBoolean().Should().BeFalse();
        (await caller.GetAsync(second)).Ids.Should().HaveCount(2);
    }

    [Test]
    public async Task AFailure_IsNotKept()
    {
        using var caller = await Api.SignInAsync();
        var question = new { prompt = "Hello", model = "status-503@failure", temperature = 0 };

        (await caller.PostAsync(Completions, question)).ShouldBeProblem(503, "provider.unavailable");
        var calls = Api.Upstream.Model("status-503@failure").Calls.Count;
        (await caller.PostAsync(Completions, question)).ShouldBeProblem(503, "provider.unavailable");

        Api.Upstream.Model("status-503@failure").Calls.Count.Should().BeGreaterThan(calls);
    }

    [Test]
    public async Task Redis_HoldsNeitherPromptNorAnswer()
    {
        if (Api.Database.Kind != DatabaseKind.Postgres)
            return;
        using var caller = await Api.SignInAsync();
        var question = new { prompt = "A most secret question", model = "ok@secret", temperature = 0 };
        await caller.PostAsync(Completions, question);
        await KeptAsync(caller, question);

        var redis = Api.Services.GetRequiredService<IConnectionMultiplexer>();
        var database = redis.GetDatabase();
        var dump = new StringBuilder();
        await foreach (var key in redis.GetServers()[0].KeysAsync(database.Database, "cleanllm:answer:*"))
            dump.Append(key).Append(Encoding.Latin1.GetString((byte[])(await database.HashGetAsync(key, "data"))!));

        dump.Length.Should().BePositive();
        dump.ToString().Should().NotContain("secret").And.NotContain("twelve").And.NotContain("ok@secret").And.NotContain(caller.UserId);
    }

    // An answer is kept just after its readers have it.
    private static Task KeptAsync(ApiCaller caller, object question) =>
        Eventually.HoldsAsync("the answer is cached", async () => (await caller.PostAsync(Completions, question)).Json.GetProperty("cached").GetBoolean());

    private static string Content(ApiAnswer answer) => answer.Json.GetProperty("message").GetProperty("content").GetString()!;

    private static string Text(IReadOnlyList<ServerEvent> events) =>
        string.Concat(events.Where(e => e.Type == "completion.delta").Select(e => e.Data.GetProperty("text").GetString()));
}
