using System.Text;
using CleanLlm.Application.Ai;
using CleanLlm.Testing.Upstream;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai.Answers;

/// <summary>What can be read of an answer is read, however odd the rest is.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class OddValueTests
{
    private const string Hello = """{"choices":[{"index":0,"delta":{"content":"Hello"}}]}""";
    private const string Stop = """{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":7}}""";
    private const string Document = """{"choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":7}}""";

    private static readonly (string Name, RawAnswer Answer)[] Forms =
    [
        ("empty data", RawAnswer.Events(Hello, "", Stop, "", "[DONE]")),
        ("end mark with blanks", RawAnswer.Stream($"data: {Hello}\n\ndata: {Stop}\n\ndata:   [DONE]  \t\n\n")),
        ("end mark in quotes", RawAnswer.Events(Hello, Stop, "\"[DONE]\"")),
        ("comments", RawAnswer.Stream($": OPENROUTER PROCESSING\n\n: x\ndata: {Hello}\n: y\n\n:\n\ndata: {Stop}\n\ndata: [DONE]\n\n")),
        ("no blank after the colon", RawAnswer.Stream($"data:{Hello}\n\ndata:{Stop}\n\ndata:[DONE]\n\n")),
        ("the field's name twice", RawAnswer.Stream($"data: data: {Hello}\n\ndata: data: {Stop}\n\ndata: data: [DONE]\n\n")),
        ("carriage returns", RawAnswer.Stream($"data: {Hello}\r\n\r\ndata: {Stop}\r\n\r\ndata: [DONE]\r\n\r\n")),
        ("carriage returns only", RawAnswer.Stream($"data: {Hello}\r\rdata: {Stop}\r\rdata: [DONE]\r\r")),
        ("a byte order mark", RawAnswer.Stream($"\uFEFFdata: {Hello}\n\ndata: {Stop}\n\ndata: [DONE]\n\n")),
        ("blank lines before it", RawAnswer.Stream("\n\n \n", $"data: {Hello}\n\ndata: {Stop}\n\ndata: [DONE]\n\n")),
        ("ids, types and times", RawAnswer.Stream($"id: 1\nevent: chunk\nretry: 5\ndata: {Hello}\n\nevent: ping\ndata: ping\n\nid: 2\ndata: {Stop}\n\ndata: [DONE]\n\n")),
        ("events that are no objects", RawAnswer.Events("null", Hello, "[]", "\"x\"", "42", Stop, "[DONE]")),
        ("no empty line at the end", RawAnswer.Stream($"data: {Hello}\n\ndata: {Stop}\n")),
        ("no line break at the end", RawAnswer.Stream($"data: {Hello}\n\ndata: {Stop}")),
        ("a connection that breaks after the last line", RawAnswer.Broken($"data: {Hello}\n\ndata: {Stop}\n")),
        ("half an event after the last one", RawAnswer.Stream($"data: {Hello}\n\ndata: {Stop}\n\ndata: {{\"choi")),
        ("events without their form", RawAnswer.Body($"{Hello}\n{Stop}\n")),
        ("a document", RawAnswer.Body(Document)),
        ("a document with what is behind it", RawAnswer.Body(Document + "\nOK }")),
        ("a document with what is before it", RawAnswer.Body("\uFEFF \r\n\n\t" + Document)),
        ("a document as text", RawAnswer.Body(Document, "text/plain")),
        ("a document as a stream", RawAnswer.Body(Document, "text/event-stream")),
        ("a document as nothing", RawAnswer.Body(Document, contentType: null)),
        ("events as a document", RawAnswer.Body($"data: {Hello}\n\ndata: {Stop}\n\ndata: [DONE]\n\n")),
        ("a comment before events as a document", RawAnswer.Body($": keep-alive\n\ndata: {Hello}\n\ndata: {Stop}\n\ndata: [DONE]\n\n")),
        ("a document in one event", RawAnswer.Events(Document, "[DONE]")),
        ("a message after its pieces", RawAnswer.Events(Hello, Document, "[DONE]")),
        ("several choices", RawAnswer.Events("""{"choices":[{"index":1,"delta":{"content":"No"}},{"index":0,"delta":{"content":"Hello"}}]}""", """{"choices":[{"index":1,"delta":{"content":"No"},"finish_reason":"length"}]}""", Stop, "[DONE]")),
        ("choices as one object", RawAnswer.Events("""{"choices":{"delta":{"content":"Hello"}}}""", Stop, "[DONE]")),
        ("choices with holes", RawAnswer.Events("""{"choices":[null,7,{"index":"0","delta":{"content":"Hello"}}]}""", Stop, "[DONE]")),
        ("the message in a stream", RawAnswer.Events("""{"choices":[{"message":{"content":"Hel"}}]}""", """{"choices":[{"message":{"content":"lo"}}]}""", Stop, "[DONE]")),
        ("an older API's text", RawAnswer.Events("""{"choices":[{"text":"Hello","index":0}]}""", Stop, "[DONE]")),
        ("a delta that is null", RawAnswer.Events("""{"choices":[{"index":0,"delta":null}]}""", Hello, Stop, "[DONE]")),
        ("fields twice", RawAnswer.Events("""{"choices":[{"index":0,"index":0,"delta":{"content":"No","content":"Hello"}}],"id":1,"id":"2"}""", Stop, "[DONE]")),
        ("ids as numbers", RawAnswer.Events("""{"id":1,"object":2,"model":{"a":1},"created":"x","choices":[{"index":0,"delta":{"role":7,"content":"Hello"}}]}""", Stop, "[DONE]")),
        ("errors that are none", RawAnswer.Events("""{"error":null,"code":0,"message":"ok","errors":[],"choices":[{"error":null,"delta":{"content":"Hello"}}]}""", Stop, "[DONE]")),
        ("numbers that are none", RawAnswer.Events("""{"choices":[{"index":0,"logprobs":{"p":-Infinity,"q":NaN},"delta":{"content":"Hello"}}],"x":Infinity}""", Stop, "[DONE]")),
        ("commas and comments", RawAnswer.Events("""{"choices":[{"delta":{"content":"Hello",},},],/* x */}""", Stop, "[DONE]")),
        ("parts", RawAnswer.Events("""{"choices":[{"delta":{"content":[{"type":"text","text":"Hel"},"lo",null,{"type":"image_url","image_url":{"url":"x"}}]}}]}""", Stop, "[DONE]")),
        ("parts of another name", RawAnswer.Events("""{"choices":[{"delta":{"content":[{"text":"Hello","type":"output_text","annotations":[]}]}}]}""", Stop, "[DONE]")),
        ("one part", RawAnswer.Events("""{"choices":[{"delta":{"content":{"type":"text","text":"Hello"}}}]}""", Stop, "[DONE]")),
    ];

    private static IEnumerable<TestCaseData> Answers => Forms.Select(form => new TestCaseData(form.Answer).SetArgDisplayNames(form.Name));

    [TestCaseSource(nameof(Answers))]
    public async Task Answer_OfAnyForm_IsRead_WhateverWasAskedFor(RawAnswer answer)
    {
        foreach (var stream in new[] { true, false })
        {
            var read = await RawProvider.AskAsync(answer, stream);

            read.Text.Should().Be("Hello");
            read.FinishReason.Should().Be(ChatFinishReason.Stop);
            read.Usage!.InputTokenCount.Should().Be(5);
            read.Usage.OutputTokenCount.Should().Be(7);
        }
    }

    [TestCase("42", "42")]
    [TestCase("-1.50", "-1.50")]
    [TestCase("true", "true")]
    [TestCase("""{"city":"Oslo","n":[1]}""", """{"city":"Oslo","n":[1]}""")]
    [TestCase("\"a\\u0062\\n\\t\\\"\\\\\\/\\u00e9\"", "ab\n\t\"\\/é")]
    [TestCase("\"tab\there\"", "tab\there")]
    [TestCase("\"C:\\data\"", "C:\\data")]
    public async Task Text_OfAnotherType_IsWhatItSays(string json, string expected)
    {
        var answer = $$$"""{"choices":[{"message":{"content":{{{json}}}},"finish_reason":"stop"}]}""";

        (await RawProvider.AskAsync(RawAnswer.Body(answer), stream: false)).Text.Should().Be(expected);
        (await RawProvider.AskAsync(RawAnswer.Events(answer, "[DONE]"), stream: true)).Text.Should().Be(expected);
    }

    [TestCase("content", "\\ud83d", "\\ude42")]
    [TestCase("content", "a\\uD83D", "\\uDE42b")]
    [TestCase("reasoning_content", "\\ud83d", "\\ude42")]
    public async Task Character_WhoseHalvesComeInTwoPieces_IsJoined(string field, string first, string second)
    {
        var updates = await RawProvider.StreamAsync(Delta(field, first), Delta(field, second), Stop, "[DONE]");

        string.Concat(updates.SelectMany(update => update.Contents).Select(Text)).Should().Contain("🙂").And.NotContain("\uFFFD");
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public async Task Character_WhoseBytesComeInTwoPieces_IsJoined(int cut)
    {
        var emoji = Encoding.UTF8.GetBytes("🙂");
        byte[] stream =
        [
            .. "data: {\"choices\":[{\"delta\":{\"content\":\"a\\n"u8, .. emoji[..cut], .. "\"}}]}\n\n"u8,
            .. "data: {\"choices\":[{\"delta\":{\"content\":\""u8, .. emoji[cut..], .. "b\"}}]}\n\n"u8,
            .. Encoding.UTF8.GetBytes($"data: {Stop}\n\ndata: [DONE]\n\n"),
        ];

        (await RawProvider.AskAsync(RawAnswer.Stream(stream), stream: true)).Text.Should().Be("a\n🙂b");
    }

    [Test]
    public async Task Bytes_ThatAreNoText_AreReplaced()
    {
        byte[] stream =
        [
            .. "data: {\"choices\":[{\"delta\":{\"content\":\"a"u8, 0xFF, .. "b"u8, 0xC3, .. "\"}}]}\n\n"u8,
            .. "data: {\"choices\":[{\"delta\":{\"content\":\"c\"}}]}\n\n"u8, .. Encoding.UTF8.GetBytes($"data: {Stop}\n\n"),
        ];

        (await RawProvider.AskAsync(RawAnswer.Stream(stream), stream: true)).Text.Should().Be("a\uFFFDb\uFFFDc");
    }

    [Test]
    public async Task Event_ThatIsBroken_IsABadAnswer_AndAfterTextCutsItOff()
    {
        (await RawProvider.FailAsync(RawAnswer.Events("{\"choices\":[{\"delta\"", Hello, Stop), stream: true)).Should().Be((ProviderFailure.BadAnswer, ""));
        (await RawProvider.FailAsync(RawAnswer.Events(Hello, "{\"choices\":[{\"delta\"", Stop), stream: true)).Should().Be((ProviderFailure.CutOff, "Hello"));
        (await RawProvider.FailAsync(RawAnswer.Stream($"data: {Hello}\n\ndata: {{\"choices\":[{{\"del"), stream: true)).Should().Be((ProviderFailure.CutOff, "Hello"));
        (await RawProvider.FailAsync(RawAnswer.Body("{\"choices\":[{\"message\":{\"content\":\"Hel"), stream: false)).Should().Be((ProviderFailure.BadAnswer, ""));
    }

    private static string Delta(string field, string value) => $$$"""{"choices":[{"delta":{"{{{field}}}":"{{{value}}}"}}]}""";

    private static string Text(AIContent content) => content switch
    {
        TextContent text => text.Text,
        TextReasoningContent reasoning => reasoning.Text,
        _ => "",
    };
}
