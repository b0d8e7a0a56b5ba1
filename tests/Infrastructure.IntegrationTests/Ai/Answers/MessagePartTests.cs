using CleanLlm.Application.Ai;
using CleanLlm.Testing.Upstream;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai.Answers;

/// <summary>What a message has beside its text: reasoning, fields that its family needs back, and tool calls in all their forms.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class MessagePartTests
{
    private const string Stop = """{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""";

    [TestCase("""{"reasoning_content":"Hm","content":"Hi"}""", "reasoning_content")]
    [TestCase("""{"reasoning":"Hm","content":"Hi"}""", "reasoning")]
    [TestCase("""{"reasoning":"Hm","reasoning_content":"Hm","content":"Hi"}""", "reasoning_content")]
    [TestCase("""{"reasoning":"Hm","reasoning_content":null,"content":"Hi"}""", "reasoning")]
    [TestCase("""{"content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm"}]},{"type":"text","text":"Hi"}]}""", "reasoning_content")]
    [TestCase("""{"content":[{"type":"thinking","thinking":"Hm","signature":"s"},{"type":"text","text":"Hi"}]}""", "reasoning_content")]
    [TestCase("""{"content":[{"type":"reasoning","text":"Hm"},{"type":"output_text","text":"Hi"}]}""", "reasoning_content")]
    public async Task Reasoning_OfAnyForm_IsNoText_AndKeepsItsName(string message, string field)
    {
        foreach (var (answer, stream) in Deliveries(message))
        {
            var contents = (await RawProvider.AskAsync(answer, stream)).Messages[0].Contents;

            var reasoning = contents.OfType<TextReasoningContent>().Should().ContainSingle().Subject;
            reasoning.Text.Should().Be("Hm");
            ReasoningFields.Of(reasoning).Should().Be(field);
            contents.OfType<TextContent>().Should().ContainSingle().Which.Text.Should().Be("Hi");
        }
    }

    [TestCase("reasoning_content")]
    [TestCase("reasoning")]
    public async Task Text_ThatComesOnlyWithTheWholeMessageAtTheEnd_IsNotLost(string field)
    {
        var answer = RawAnswer.Events(
            $$$"""{"choices":[{"index":0,"delta":{"{{{field}}}":"Hm"}}]}""",
            $$$"""{"choices":[{"index":0,"message":{"{{{field}}}":"Hm","content":"42"},"finish_reason":"stop"}]}""",
            "[DONE]");

        var contents = (await RawProvider.AskAsync(answer, stream: true)).Messages[0].Contents;

        contents.OfType<TextContent>().Should().ContainSingle().Which.Text.Should().Be("42");
        contents.OfType<TextReasoningContent>().Should().ContainSingle("it is not told twice").Which.Text.Should().Be("Hm");
    }

    [Test]
    public async Task Fields_AreOneLine_AndOnesThatNoWriterTakesAreLeftOut()
    {
        const string Message = "{\"content\":\"Hi\",\"extra_content\":{\n  \"google\": {\"thought_signature\":\"s\"}\n},\"annotations\":[\"\\ud83d\"]}";

        var read = await RawProvider.AskAsync(RawAnswer.Body(Whole(Message)), stream: false);

        read.Messages[0].Contents.OfType<MessageField>().Should().ContainSingle()
            .Which.Value.GetRawText().Should().Be("""{"google":{"thought_signature":"s"}}""");
    }

    [Test]
    public async Task APropertyNameThatIsNoText_IsNoFaultOfOurs()
    {
        var (failure, text) = await RawProvider.FailAsync(
            RawAnswer.Body("{\"\\ud83d\":1,\"choices\":[{\"message\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}"), stream: false);

        // Read, or asked for elsewhere.
        (failure, text).Should().BeOneOf((null, "Hi"), (ProviderFailure.BadAnswer, ""));
    }

    [Test]
    public async Task ThinkTags_AreText()
    {
        var read = await RawProvider.AskAsync(RawAnswer.Body(Whole("""{"content":"<think>Hm</think>Hi"}""")), stream: false);

        read.Text.Should().Be("<think>Hm</think>Hi");
    }

    [Test]
    public async Task Fields_ThatAreNeededBack_AreHandedOn_AndOthersAreNot()
    {
        const string Message = """{"content":"Hi","extra_content":{"google":{"s":"x"}},"thinking_blocks":[{"a":1}],"annotations":[],"reasoning_details":null,"other":1}""";

        foreach (var (answer, stream) in Deliveries(Message))
        {
            var fields = (await RawProvider.AskAsync(answer, stream)).Messages[0].Contents.OfType<MessageField>().ToList();

            fields.Select(field => (field.Name, field.Value.GetRawText())).Should()
                .Equal(("extra_content", """{"google":{"s":"x"}}"""), ("thinking_blocks", """[{"a":1}]"""));
        }
    }

    [Test]
    public async Task Fields_ThatComeBeforeTheText_AreNotLost()
    {
        var updates = await RawProvider.StreamAsync(
            """{"choices":[{"delta":{"role":"assistant","extra_content":{"a":1}}}]}""", """{"choices":[{"delta":{"content":"Hi"}}]}""", Stop, "[DONE]");

        updates[0].Contents.Should().HaveCount(2);
        updates[0].Contents[0].Should().BeOfType<MessageField>();
        updates[0].Text.Should().Be("Hi");
    }

    [TestCase("""[{"id":"a","function":{"name":"f","arguments":"{}"}},{"function":{"name":"g"}}]""", "0 a f {}|1  g ")]
    [TestCase("""[{"index":0,"id":"","function":{"name":"f","arguments":{"x":[1, 2]}}}]""", "0  f {\"x\":[1, 2]}")]
    [TestCase("""[{"index":"1","id":7,"type":null,"function":{"name":"f","arguments":null}}]""", "1 7 f ")]
    [TestCase("""{"id":"a","function":{"name":"f","arguments":"{}"}}""", "0 a f {}")]
    [TestCase("""[null,{"id":"a","name":"f","arguments":"{}"}]""", "0 a f {}")]
    [TestCase("""[{"id":"a","function":null}]""", "0 a  ")]
    public async Task ToolCalls_OfAnyForm_AreRead(string calls, string expected)
    {
        foreach (var (answer, stream) in Deliveries($$$"""{"content":null,"tool_calls":{{{calls}}}}"""))
        {
            var read = await RawProvider.AskAsync(answer, stream);

            string.Join('|', Calls(read).Select(call => $"{call.Index} {call.Id} {call.Name} {call.Arguments}")).Should().Be(expected);
        }
    }

    [Test]
    public async Task ToolCall_OfTheOlderForm_IsRead()
    {
        foreach (var (answer, stream) in Deliveries("""{"content":null,"function_call":{"name":"f","arguments":"{\"x\":1}"}}"""))
        {
            var call = Calls(await RawProvider.AskAsync(answer, stream)).Should().ContainSingle().Subject;
            (call.Index, call.Id, call.Name, call.Arguments).Should().Be((0, null, "f", "{\"x\":1}"));
        }
    }

    [Test]
    public async Task ToolCalls_OfAWholeMessageAfterPieces_AreReadOnce()
    {
        const string Piece = """{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]}}]}""";
        const string Text = """{"choices":[{"delta":{"content":"Hi"}}]}""";
        const string Message = """{"choices":[{"message":{"content":"Hi","tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}""";

        foreach (var pieces in new[] { new[] { Text, Piece, Message, "[DONE]" }, [Text, Message, "[DONE]"] })
        {
            var read = await RawProvider.AskAsync(RawAnswer.Events(pieces), stream: true);
            Calls(read).Should().ContainSingle();
            read.Text.Should().Be("Hi");
        }
    }

    [Test]
    public async Task ExtraContent_OfAToolCall_IsKept()
    {
        const string Call = """[{"id":"a","extra_content":{"google":{"thought_signature":"x"}},"function":{"name":"f","arguments":"{}"}}]""";

        foreach (var (answer, stream) in Deliveries($$$"""{"tool_calls":{{{Call}}}}"""))
        {
            Calls(await RawProvider.AskAsync(answer, stream)).Single().ExtraContent!.Value.GetRawText()
                .Should().Be("""{"google":{"thought_signature":"x"}}""");
        }
    }

    private static List<ToolCallFragment> Calls(ChatResponse response) => [.. response.Messages[0].Contents.OfType<ToolCallFragment>()];

    private static (RawAnswer Answer, bool Stream)[] Deliveries(string message) =>
    [
        (RawAnswer.Body(Whole(message)), false),
        (RawAnswer.Events($$$"""{"choices":[{"index":0,"delta":{{{message}}}}]}""", Stop, "[DONE]"), true),
    ];

    private static string Whole(string message) => $$$"""{"choices":[{"index":0,"message":{{{message}}},"finish_reason":"stop"}]}""";
}
