using System.Net;
using System.Text.Json;
using CleanLlm.Testing.Databases;
using CleanLlm.Testing.Upstream;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.OpenAi;

/// <summary>What callers get from providers that answer oddly: a whole answer in OpenAI's form, or a failure, never half of one as a success.</summary>
public sealed class OddProviderTests(DatabaseKind kind) : OpenAiTests(kind)
{
    private const string Path = "/v1/chat/completions";
    private const string Bare = "raw@calls-without-ids";
    private const string Silent = "raw@silent";
    private const string Split = "raw@split";
    private const string Failing = "Ai:Providers:91";

    // Beside the others: failures must not close their provider.
    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        .. base.Settings,
        .. Model("Ai:Providers:0", 93, Bare),
        .. Model("Ai:Providers:0", 94, Split),
        new($"{Failing}:Name", "failing"),
        new($"{Failing}:Kind", "OpenAi"),
        new($"{Failing}:BaseUrl", CleanLlmApi.UpstreamAddress),
        .. Model(Failing, 0, Silent),
    ];

    [Test]
    public async Task ToolCallsWithoutIds_GetSome_ThatTheNextTurnTakes([Values] bool stream)
    {
        Api.Upstream.Model(Bare).Raw = stream
            ? RawAnswer.Events(
                """{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"","function":{"name":"f","arguments":"{\"x\""}}]}}]}""",
                """{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"","function":{"name":"","arguments":":1}"}}]}}]}""",
                """{"choices":[{"index":0,"delta":{"tool_calls":[{"function":{"name":"f","arguments":{"x":2}}}]},"finish_reason":"tool_use"}]}""",
                "[DONE]")
            : RawAnswer.Body("""{"choices":[{"message":{"content":null,"tool_calls":[{"id":"","function":{"name":"f","arguments":{"x":1}}},{"function":{"name":"f","arguments":"{\"x\":2}"}}]},"finish_reason":"tool_use"}]}""");

        var calls = stream ? await StreamedAsync() : await WholeAsync();

        calls.Select(call => (call.Name, call.Arguments.Replace(" ", "", StringComparison.Ordinal))).Should().Equal(("f", "{\"x\":1}"), ("f", "{\"x\":2}"));
        calls.Select(call => call.Id).Should().OnlyHaveUniqueItems().And.AllSatisfy(id => id.Should().StartWith("call_"));
        Api.Upstream.Model(Bare).Raw = RawAnswer.Body("""{"choices":[{"message":{"content":"Fine"},"finish_reason":"stop"}]}""");
        (await Caller.PostAsync(Path, NextTurn(calls))).ShouldBe(HttpStatusCode.OK);
    }

    [TestCase("""data: [DONE]""")]
    [TestCase("""data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}""")]
    [TestCase("""data: {"choices":[{"index":0,"delta":{"content":null},"finish_reason":"error"}]}""")]
    [TestCase("""data: {"object":"error","message":"x"}""")]
    public async Task AnAnswerThatSaysNothing_IsAFailure(string events)
    {
        Api.Upstream.Model(Silent).Raw = RawAnswer.Stream($"{events}\n\ndata: [DONE]\n\n");

        foreach (var stream in new[] { false, true })
        {
            (await Caller.PostAsync(Path, Body(Silent, stream))).ShouldBe(HttpStatusCode.BadGateway)
                .Json.GetProperty("error").GetProperty("code").GetString().Should().Be("provider.bad_answer");
        }
    }

    [Test]
    public async Task ACharacterInTwoHalves_AndALastEventWithoutItsEnd_AreWholeForTheCaller([Values] bool stream)
    {
        Api.Upstream.Model(Split).Raw = RawAnswer.Stream(
            "data: {\"choices\":[{\"delta\":{\"content\":\"Hi \\ud83d\"}}]}\n\n",
            "data: {\"choices\":[{\"delta\":{\"content\":\"\\ude42\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":\"5\",\"completion_tokens\":7.0}}");

        var text = stream
            ? string.Concat((await DataAsync(Body(Split, stream: true))).SkipLast(1).Select(line => Delta(line).TryGetProperty("content", out var piece) ? piece.GetString() : ""))
            : (await Caller.PostAsync(Path, Body(Split))).ShouldBe(HttpStatusCode.OK).Json.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString();

        text.Should().Be("Hi 🙂");
    }

    private static JsonElement Delta(string line) => ApiCaller.Parse(line).GetProperty("choices")[0].GetProperty("delta");

    private static object Body(string model, bool stream = false) => new { model, stream, messages = new[] { new { role = "user", content = "hello" } } };

    private static object NextTurn(IEnumerable<(string Id, string Name, string Arguments)> calls) => new
    {
        model = Bare,
        messages = new object[]
        {
            new { role = "user", content = "hello" },
            new { role = "assistant", tool_calls = calls.Select(call => new { id = call.Id, type = "function", function = new { name = call.Name, arguments = call.Arguments } }) },
        }.Concat(calls.Select(call => new { role = "tool", tool_call_id = call.Id, content = "done" })),
    };

    private async Task<IReadOnlyList<string>> DataAsync(object body)
    {
        using var response = await Caller.OpenAsync(Path, body);
        response.StatusCode.Should().Be(HttpStatusCode.OK);
        return [.. (await response.Content.ReadAsStringAsync()).Split('\n').Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(line => line[6..])];
    }

    private async Task<List<(string Id, string Name, string Arguments)>> WholeAsync()
    {
        var choice = (await Caller.PostAsync(Path, Body(Bare))).ShouldBe(HttpStatusCode.OK).Json.GetProperty("choices")[0];
        choice.GetProperty("finish_reason").GetString().Should().Be("tool_calls");
        return [.. choice.GetProperty("message").GetProperty("tool_calls").EnumerateArray().Select(Call)];
    }

    // As clients put them together: the first piece of a call must have its id and type.
    private async Task<List<(string Id, string Name, string Arguments)>> StreamedAsync()
    {
        var pieces = (await DataAsync(Body(Bare, stream: true))).SkipLast(1).Select(Delta)
            .Where(delta => delta.TryGetProperty("tool_calls", out _))
            .Select(delta => delta.GetProperty("tool_calls")[0])
            .GroupBy(call => call.GetProperty("index").GetInt32());
        return [.. pieces.Select(call =>
        {
            call.First().GetProperty("type").GetString().Should().Be("function");
            var (id, name, _) = Call(call.First());
            return (id, name, string.Concat(call.Select(piece => piece.GetProperty("function").GetProperty("arguments").GetString())));
        })];
    }

    private static (string Id, string Name, string Arguments) Call(JsonElement call) => (
        call.GetProperty("id").GetString()!,
        call.GetProperty("function").GetProperty("name").GetString()!,
        call.GetProperty("function").GetProperty("arguments").GetString()!);
}
