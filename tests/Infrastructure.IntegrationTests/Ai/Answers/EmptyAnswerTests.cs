using CleanLlm.Application.Ai;
using CleanLlm.Testing.Upstream;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai.Answers;

/// <summary>An answer that says nothing, or reports a failure in any form, is no success.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class EmptyAnswerTests
{
    private const string Role = """{"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}""";
    private const string Stop = """{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""";
    private const string Usage = """{"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":0,"total_tokens":5}}""";
    private const string Text = """{"choices":[{"index":0,"delta":{"content":"Hello"}}]}""";

    private static readonly string[] Failures =
    [
        """{"error":{"message":"secret","type":"server_error","code":500}}""",
        """{"error":"secret"}""",
        """{"error":true}""",
        """{"object":"error","message":"secret","type":"BadRequestError","param":null,"code":400}""",
        """{"type":"error","error":{"type":"overloaded_error","message":"secret"}}""",
        """{"message":"secret","code":"InvalidApiKey"}""",
        """{"detail":"secret"}""",
        """{"detail":[{"loc":["body"],"msg":"secret"}]}""",
        """{"errors":[{"message":"secret"}]}""",
        """{"error_code":336100,"error_msg":"secret"}""",
        """{"error_message":"secret"}""",
        """{"error":{"code":502,"message":"secret"},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}""",
        """{"choices":[{"index":0,"delta":{"content":null},"finish_reason":"error","native_finish_reason":"error"}]}""",
        """{"choices":[{"index":0,"delta":{"content":""},"error":{"code":429,"message":"secret"}}]}""",
        """{"choices":[{"index":0,"delta":{},"finish_reason":"abort"}]}""",
        """{"choices":[{"index":0,"delta":{},"finish_reason":"insufficient_system_resource"}]}""",
        """{"choices":[{"index":0,"delta":{},"finish_reason":"MALFORMED_FUNCTION_CALL"}]}""",
        """{"choices":[{"index":0,"delta":{},"finish_reason":"network_error"}]}""",
        """{"x_groq":{"error":"secret"}}""",
    ];

    private static readonly string[][] EmptyStreams =
    [
        ["[DONE]"],
        ["""{"choices":[]}""", "[DONE]"],
        ["{}", "[DONE]"],
        ["""{"choices":null}""", "[DONE]"],
        [Role, "[DONE]"],
        [Role, Stop, "[DONE]"],
        [Role, Stop, Usage, "[DONE]"],
        [Usage, "[DONE]"],
        ["""{"choices":[{"index":0,"delta":null,"finish_reason":"stop"}]}""", "[DONE]"],
        ["""{"choices":[{"index":0,"delta":{"content":[],"reasoning_content":null,"tool_calls":[]},"finish_reason":"stop"}]}""", "[DONE]"],
        ["""{"choices":[{"index":0,"delta":{"annotations":[{"a":1}]},"finish_reason":"stop"}]}""", "[DONE]"],
        ["""{"choices":[{"index":0,"delta":{},"finish_reason":"who_knows"}]}""", "[DONE]"],
        ["ping", "[DONE]"],
        [""],
    ];

    private static readonly string[] EmptyDocuments =
    [
        "",
        "{}",
        "null",
        "[]",
        "<html>secret</html>",
        """{"choices":[]}""",
        """{"choices":[{"index":0,"message":{"role":"assistant","content":null},"finish_reason":"stop"}]}""",
        """{"choices":[{"index":0,"message":{"role":"assistant","content":""},"finish_reason":"stop"}],"usage":{"completion_tokens":0}}""",
        """{"choices":[{"index":0,"message":null}]}""",
        """{"choices":[{"index":0,"message":{"role":"assistant","content":null},"finish_reason":"error"}]}""",
        """[{"error":{"code":503,"message":"secret"}}]""",
    ];

    [TestCaseSource(nameof(Failures))]
    public async Task Failure_OfAnyForm_IsABadAnswer(string failure)
    {
        (await RawProvider.FailAsync(RawAnswer.Events(failure, "[DONE]"), stream: true)).Should().Be((ProviderFailure.BadAnswer, ""));
        (await RawProvider.FailAsync(RawAnswer.Events(Role, failure, "[DONE]"), stream: true)).Should().Be((ProviderFailure.BadAnswer, ""));
        (await RawProvider.FailAsync(RawAnswer.Body(failure), stream: false)).Should().Be((ProviderFailure.BadAnswer, ""));
        (await RawProvider.FailAsync(RawAnswer.Body(failure), stream: true)).Should().Be((ProviderFailure.BadAnswer, ""));
    }

    [TestCaseSource(nameof(Failures))]
    public async Task Failure_AfterText_CutsTheAnswerOff(string failure) =>
        (await RawProvider.FailAsync(RawAnswer.Events(Text, failure, "[DONE]"), stream: true)).Should().Be((ProviderFailure.CutOff, "Hello"));

    [TestCase("event: error\ndata: secret\n\n")]
    [TestCase("event: error\ndata: {\"message\":\"secret\"}\n\ndata: [DONE]\n\n")]
    [TestCase("event: error\r\ndata: null\r\n\r\n")]
    public async Task Failure_AsAnEventOfItsOwnType_IsABadAnswer_AndCutsTextOff(string failure)
    {
        (await RawProvider.FailAsync(RawAnswer.Stream(failure), stream: true)).Should().Be((ProviderFailure.BadAnswer, ""));
        (await RawProvider.FailAsync(RawAnswer.Stream($"data: {Text}\n\n", failure), stream: true)).Should().Be((ProviderFailure.CutOff, "Hello"));
    }

    [TestCaseSource(nameof(EmptyStreams))]
    public async Task Stream_ThatSaysNothing_IsABadAnswer_AndHandsNothingOn(params string[] events) =>
        (await RawProvider.FailAsync(RawAnswer.Events(events), stream: true)).Should().Be((ProviderFailure.BadAnswer, ""));

    [TestCaseSource(nameof(EmptyDocuments))]
    public async Task Document_ThatSaysNothing_IsABadAnswer(string document)
    {
        (await RawProvider.FailAsync(RawAnswer.Body(document), stream: false)).Should().Be((ProviderFailure.BadAnswer, ""));
        (await RawProvider.FailAsync(RawAnswer.Body(document), stream: true)).Should().Be((ProviderFailure.BadAnswer, ""));
    }

    [TestCase("length", "length")]
    [TestCase("content_filter", "content_filter")]
    [TestCase("tool_calls", "tool_calls")]
    [TestCase("MAX_TOKENS", "length")]
    [TestCase("SAFETY", "content_filter")]
    public async Task Silence_ThatHasAReason_IsAnAnswer(string reason, string expected)
    {
        var end = $$$"""{"choices":[{"index":0,"delta":{},"finish_reason":"{{{reason}}}"}],"usage":{"prompt_tokens":5,"completion_tokens":9}}""";

        var streamed = await RawProvider.StreamAsync(Role, end, "[DONE]");
        var whole = await RawProvider.AskAsync(RawAnswer.Body(end), stream: false);

        streamed.Should().ContainSingle().Which.FinishReason!.Value.Value.Should().Be(expected);
        streamed[0].Contents.OfType<UsageContent>().Single().Details.OutputTokenCount.Should().Be(9);
        whole.FinishReason!.Value.Value.Should().Be(expected);
        whole.Usage!.OutputTokenCount.Should().Be(9);
    }

    [TestCase("""{"content":"","reasoning_content":"Hm"}""")]
    [TestCase("""{"refusal":"No"}""")]
    [TestCase("""{"tool_calls":[{"function":{"name":"f"}}]}""")]
    public async Task Answer_WithoutText_ThatSaysSomethingElse_IsOne(string message)
    {
        var end = $$$"""{"choices":[{"message":{{{message}}},"finish_reason":"stop"}]}""";

        (await RawProvider.AskAsync(RawAnswer.Body(end), stream: false)).Messages[0].Contents.Should().NotBeEmpty();
        (await RawProvider.AskAsync(RawAnswer.Events(end, "[DONE]"), stream: true)).Messages[0].Contents.Should().NotBeEmpty();
    }

    [Test]
    public async Task NextProvider_IsAskedWhenOneSaysNothing([Values] bool stream)
    {
        var model = RawProvider.Model(stream ? RawAnswer.Events(Role, Stop, Usage, "[DONE]") : RawAnswer.Body("""{"choices":[]}"""));
        await using var second = await ScriptedUpstream.StartAsync();
        second.Model(model).Raw = RawAnswer.Events(Text, Stop, "[DONE]");
        var settings = AiServices.Provider(0, "first", UpstreamFixture.Upstream.BaseUrl, model)
            .Concat(AiServices.Provider(1, "second", second.BaseUrl, model))
            .Append(new("Ai:Providers:1:Priority", "5"));
        await using var ai = new AiServices(settings);

        var answer = await ai.DeliverAsync(model, stream);

        answer.Text.Should().Be("Hello");
        UpstreamFixture.Upstream.Model(model).Calls.Should().ContainSingle();
    }
}
