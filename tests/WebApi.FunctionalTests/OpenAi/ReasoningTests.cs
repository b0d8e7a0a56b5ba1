using System.Net;
using System.Text.Json;
using CleanLlm.Testing.Databases;
using CleanLlm.Testing.Upstream;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.OpenAi;

/// <summary>Models that reason aloud: what callers see of it, what it costs, and what is kept where the plan keeps it.</summary>
public sealed class ReasoningTests(DatabaseKind kind) : OpenAiTests(kind)
{
    private const string Chat = "/v1/chat/completions";
    private const string Completions = "/api/v1/completions";
    private const string Thinking = "raw@thinking";

    private const string Usage =
        """{"prompt_tokens":10120,"completion_tokens":1499,"total_tokens":14428,"prompt_tokens_details":{"cached_tokens":128},"completion_tokens_details":{"reasoning_tokens":2809}}""";

    private const string Signature = """{"google":{"thought_signature":"c2ln"}}""";

    // Prompt 1, cached 0.25, completion 3 and reasoning 4 for a million: 9,992 + 32 + 4,497 + 11,236.
    private const decimal CostMicros = 25_757m;

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        .. base.Settings,
        .. Model("Ai:Providers:0", 95, Thinking),
        new("Ai:Providers:0:Models:95:Price:CachedPrompt", "0.25"),
        new("Ai:Providers:0:Models:95:Price:Reasoning", "4"),
        new("Plans:0:StoreReasoning", "true"),
    ];

    [SetUp]
    public void Think() => Answer("reasoning_content");

    [Test]
    public async Task AStream_TellsReasoningApart_AndTheFinishedCompletionHasBoth()
    {
        await using var stream = await Caller.StreamAsync(Completions, new { prompt = "Hello", model = Thinking });

        var events = await stream.ToEndAsync();

        Joined(events, "completion.reasoning").Should().Be("Hmm, well.");
        Joined(events, "completion.delta").Should().Be("Hello!");
        events.Select(entry => entry.Data.TryGetProperty("field", out _)).Should().OnlyContain(told => !told, "only clients of /v1 are told of it");
        var finished = events[^1].Data;
        finished.GetProperty("message").GetProperty("content").GetString().Should().Be("Hello!");
        finished.GetProperty("message").GetProperty("reasoning").GetString().Should().Be("Hmm, well.");
        ShouldBeUsage(finished.GetProperty("usage"));
    }

    [Test]
    public async Task Reasoning_IsReadAgain_OutsideAndInAChat_WhereThePlanKeepsIt()
    {
        var outside = (await Caller.PostAsync(Completions, new { prompt = "Hello", model = Thinking })).ShouldBe(HttpStatusCode.OK);
        var chat = await Caller.OpenChatAsync();
        var inside = (await Caller.PostAsync($"/api/v1/chats/{chat}/messages", new { content = "Hello", model = Thinking })).ShouldBe(HttpStatusCode.OK);

        foreach (var completion in new[] { outside, inside })
        {
            var again = (await Caller.GetAsync($"{Completions}/{completion.Text("id")}")).ShouldBe(HttpStatusCode.OK).Json;
            again.GetProperty("message").GetProperty("reasoning").GetString().Should().Be("Hmm, well.");
            ShouldBeUsage(again.GetProperty("usage"));
        }

        var messages = (await Caller.GetAsync($"/api/v1/chats/{chat}/messages")).ShouldBe(HttpStatusCode.OK).Json.GetProperty("items");
        messages[0].GetProperty("reasoning").GetString().Should().Be("Hmm, well.");
        messages[1].GetProperty("reasoning").ValueKind.Should().Be(JsonValueKind.Null, "a question has none");
    }

    [Test]
    public async Task TheLedger_SaysWhichTokensTheyWere()
    {
        using var caller = await Api.SignInAsync();
        await caller.PostAsync(Completions, new { prompt = "Hello", model = Thinking });

        var total = (await caller.GetAsync("/api/v1/users/me/usage?by=model")).ShouldBe(HttpStatusCode.OK).Json.GetProperty("total");

        total.GetProperty("cachedPromptTokens").GetInt64().Should().Be(128);
        total.GetProperty("reasoningTokens").GetInt64().Should().Be(2809);
        total.GetProperty("completionTokens").GetInt64().Should().Be(4308);
        total.GetProperty("costMicros").GetDecimal().Should().Be(CostMicros);
    }

    [TestCase("reasoning_content")]
    [TestCase("reasoning")]
    public async Task OpenAiClients_GetReasoning_AndWhatTheNextTurnNeeds_AsTheProviderNamesIt(string field)
    {
        Answer(field);

        var whole = (await Caller.PostAsync(Chat, Body(stream: false))).ShouldBe(HttpStatusCode.OK).Json;
        var deltas = (await DataAsync(Body(stream: true))).SkipLast(1).Select(line => ApiCaller.Parse(line)).ToList();

        var message = whole.GetProperty("choices")[0].GetProperty("message");
        message.GetProperty("content").GetString().Should().Be("Hello!");
        message.GetProperty(field).GetString().Should().Be("Hmm, well.");
        message.GetProperty("extra_content").GetRawText().Should().Be(Signature);
        var pieces = deltas.Where(chunk => chunk.GetProperty("choices").GetArrayLength() > 0).Select(chunk => chunk.GetProperty("choices")[0].GetProperty("delta")).ToList();
        pieces[0].GetProperty("role").GetString().Should().Be("assistant");
        string.Concat(pieces.Select(piece => Text(piece, field))).Should().Be("Hmm, well.");
        string.Concat(pieces.Select(piece => Text(piece, "content"))).Should().Be("Hello!");
        pieces.Where(piece => piece.TryGetProperty("extra_content", out _)).Should().ContainSingle().Which.GetProperty("extra_content").GetRawText().Should().Be(Signature);
        foreach (var usage in new[] { whole.GetProperty("usage"), deltas[^1].GetProperty("usage") })
        {
            usage.GetProperty("completion_tokens").GetInt32().Should().Be(4308);
            usage.GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32().Should().Be(128);
            usage.GetProperty("completion_tokens_details").GetProperty("reasoning_tokens").GetInt32().Should().Be(2809);
        }
    }

    [Test]
    public async Task ToolCalls_KeepWhatTheirModelsFamilyNeedsBack([Values] bool stream)
    {
        const string Calls = $$$"""[{"index":0,"id":"call_1","type":"function","extra_content":{{{Signature}}},"function":{"name":"f","arguments":"{\"x\":1}"}}]""";
        Api.Upstream.Model(Thinking).Raw = stream
            ? RawAnswer.Events($$$"""{"choices":[{"index":0,"delta":{"tool_calls":{{{Calls}}}},"finish_reason":"tool_calls"}]}""", "[DONE]")
            : RawAnswer.Body($$$"""{"choices":[{"index":0,"message":{"content":null,"tool_calls":{{{Calls}}}},"finish_reason":"tool_calls"}]}""");

        var message = stream
            ? ApiCaller.Parse((await DataAsync(Body(stream: true)))[0]).GetProperty("choices")[0].GetProperty("delta")
            : (await Caller.PostAsync(Chat, Body(stream: false))).ShouldBe(HttpStatusCode.OK).Json.GetProperty("choices")[0].GetProperty("message");

        message.GetProperty("tool_calls")[0].GetProperty("extra_content").GetRawText().Should().Be(Signature);
    }

    [Test]
    public async Task HeadersOfAnAnswerInOneDocument_SayWhatIsLeftAfterSettling()
    {
        using var caller = await Api.SignInAsync();

        var answer = (await caller.PostAsync(Completions, new { prompt = "Hello", model = Thinking })).ShouldBe(HttpStatusCode.OK);

        var limits = (await caller.GetAsync("/api/v1/users/me/quota")).ShouldBe(HttpStatusCode.OK).Json.GetProperty("limits");
        foreach (var limit in limits.EnumerateArray().Where(limit => limit.GetProperty("window").GetString() != "running"))
        {
            limit.GetProperty("reserved").GetDecimal().Should().Be(0);
            answer.Headers["RateLimit"].Should().Contain($";r={limit.GetProperty("remaining").GetRawText()};", "of {0}", limit.GetProperty("metric"));
        }
    }

    private static void ShouldBeUsage(JsonElement usage)
    {
        usage.GetProperty("promptTokens").GetInt32().Should().Be(10_120);
        usage.GetProperty("cachedPromptTokens").GetInt32().Should().Be(128);
        usage.GetProperty("completionTokens").GetInt32().Should().Be(4_308);
        usage.GetProperty("reasoningTokens").GetInt32().Should().Be(2_809);
        usage.GetProperty("totalTokens").GetInt32().Should().Be(14_428);
        usage.GetProperty("costMicros").GetDecimal().Should().Be(CostMicros);
    }

    private static string Joined(IReadOnlyList<ServerEvent> events, string type) =>
        string.Concat(events.Where(entry => entry.Type == type).Select(entry => entry.Data.GetProperty("text").GetString()));

    private static string? Text(JsonElement delta, string field) => delta.TryGetProperty(field, out var text) ? text.GetString() : "";

    private static object Body(bool stream) => new
    {
        model = Thinking,
        stream,
        stream_options = stream ? new { include_usage = true } : null,
        messages = new[] { new { role = "user", content = "Hello" } },
    };

    // As a stream; a request for one document gets the same in one.
    private void Answer(string field) => Api.Upstream.Model(Thinking).Raw = RawAnswer.Events(
        $$$"""{"choices":[{"index":0,"delta":{"role":"assistant","{{{field}}}":"Hmm, "}}]}""",
        $$$"""{"choices":[{"index":0,"delta":{"{{{field}}}":"well."}}]}""",
        """{"choices":[{"index":0,"delta":{"content":"Hello!"}}]}""",
        $$$"""{"choices":[{"index":0,"delta":{"extra_content":{{{Signature}}}},"finish_reason":"stop"}]}""",
        $$$"""{"choices":[],"usage":{{{Usage}}}}""",
        "[DONE]");

    private async Task<IReadOnlyList<string>> DataAsync(object body)
    {
        using var response = await Caller.OpenAsync(Chat, body);
        response.StatusCode.Should().Be(HttpStatusCode.OK);
        return [.. (await response.Content.ReadAsStringAsync()).Split('\n').Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(line => line[6..])];
    }
}
