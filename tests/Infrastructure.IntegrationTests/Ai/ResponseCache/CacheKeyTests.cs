using System.Text.Json;
using CleanLlm.Application.Ai;
using CleanLlm.Infrastructure.Ai.ResponseCache;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai.ResponseCache;

[Parallelizable(ParallelScope.All)]
internal sealed class CacheKeyTests
{
    private static readonly Dictionary<string, Action<ChatOptions>> Parameters = new(StringComparer.Ordinal)
    {
        ["model"] = options => options.ModelId = "other",
        ["temperature"] = options => options.Temperature = 0.1f,
        ["no temperature"] = options => options.Temperature = null,
        ["length"] = options => options.MaxOutputTokens = 99,
        ["top p"] = options => options.TopP = 0.5f,
        ["top k"] = options => options.TopK = 3,
        ["frequency penalty"] = options => options.FrequencyPenalty = 1,
        ["presence penalty"] = options => options.PresencePenalty = 1,
        ["seed"] = options => options.Seed = 1,
        ["stop"] = options => options.StopSequences = ["."],
        ["format"] = options => options.ResponseFormat = ChatResponseFormat.Json,
        ["tool mode"] = options => options.ToolMode = ChatToolMode.None,
        ["tool"] = options => options.Tools = [AIFunctionFactory.Create(() => 1, "f", "tells one").AsDeclarationOnly()],
        ["another tool"] = options => options.Tools = [AIFunctionFactory.Create(() => 1, "f", "tells another").AsDeclarationOnly()],
        ["a tool as its client wrote it"] = options => options.Tools = [Tool("""{"name":"f","description":"tells one"}""")],
        ["a strict tool"] = options => options.Tools = [Tool("""{"name":"f","description":"tells one","strict":true}""")],
        ["a tool that is not strict"] = options => options.Tools = [Tool("""{"name":"f","description":"tells one","strict":false}""")],
        ["other parameters of a tool"] = options => options.Tools = [Tool("""{"name":"f","description":"tells one","parameters":{"type":"object","properties":{}}}""")],
        ["another seed"] = options => options.Seed = 2,
        ["another stop"] = options => options.StopSequences = ["!"],
        ["two stops"] = options => options.StopSequences = [".", "!"],
        ["several calls of tools"] = options => options.AllowMultipleToolCalls = true,
        ["text as the format"] = options => options.ResponseFormat = ChatResponseFormat.Text,
        ["a schema"] = options => options.ResponseFormat = ChatResponseFormat.ForJsonSchema(JsonElement.Parse("""{"type":"object"}"""), "city"),
        ["a schema of another name"] = options => options.ResponseFormat = ChatResponseFormat.ForJsonSchema(JsonElement.Parse("""{"type":"object"}"""), "town"),
        ["another schema"] = options => options.ResponseFormat = ChatResponseFormat.ForJsonSchema(JsonElement.Parse("""{"type":"array"}"""), "city"),
        ["a format as its client wrote it"] = options => Set(options, "response_format", JsonElement.Parse("""{"type":"json_schema","json_schema":{"name":"city","schema":{},"strict":true}}""")),
        ["a format that is not strict"] = options => Set(options, "response_format", JsonElement.Parse("""{"type":"json_schema","json_schema":{"name":"city","schema":{},"strict":false}}""")),
        ["a choice of a tool"] = options => Set(options, "tool_choice", JsonElement.Parse("""{"type":"function","function":{"name":"f"}}""")),
        ["another unknown field"] = options => Set(options, "logit_bias", JsonSerializer.SerializeToElement(2)),
        ["instructions"] = options => options.Instructions = "Be brief.",
        ["unknown field"] = options => Set(options, "logit_bias", JsonSerializer.SerializeToElement(1)),
    };

    private static readonly Dictionary<string, ChatMessage[]> Messages = new(StringComparer.Ordinal)
    {
        ["text"] = [new(ChatRole.User, "Hello")],
        ["case"] = [new(ChatRole.User, "hello")],
        ["role"] = [new(ChatRole.Assistant, "Hello")],
        ["system"] = [new(ChatRole.System, "Hello"), new(ChatRole.User, "Hello")],
        ["twice"] = [new(ChatRole.User, "Hello"), new(ChatRole.User, "Hello")],
        ["parts"] = [new(ChatRole.User, [new TextContent("Hel"), new TextContent("lo")])],
        ["data"] = [new(ChatRole.User, [new TextContent("Hello"), new DataContent(new byte[] { 1 }, "image/png")])],
        ["other data"] = [new(ChatRole.User, [new TextContent("Hello"), new DataContent(new byte[] { 2 }, "image/png")])],
        ["address"] = [new(ChatRole.User, [new TextContent("Hello"), new UriContent("https://example.org/a", "image/png")])],
        ["detail"] = [new(ChatRole.User, [new TextContent("Hello") { AdditionalProperties = new() { ["detail"] = "low" } }])],
        ["picture of low detail"] = Picture("low"),
        ["picture of high detail"] = Picture("high"),
        ["own picture of low detail"] = OwnPicture("low"),
        ["own picture of high detail"] = OwnPicture("high"),
        ["another system prompt"] = [new(ChatRole.System, "hello"), new(ChatRole.User, "Hello")],
        ["a developer's prompt"] = [new(new ChatRole("developer"), "Hello"), new(ChatRole.User, "Hello")],
        ["named author"] = [new(ChatRole.User, "Hello") { AuthorName = "Ann" }],
        ["call"] = [new(ChatRole.Assistant, [new FunctionCallContent("1", "f", new Dictionary<string, object?>(StringComparer.Ordinal) { ["a"] = 1 })])],
        ["other call"] = [new(ChatRole.Assistant, [new FunctionCallContent("1", "f", new Dictionary<string, object?>(StringComparer.Ordinal) { ["a"] = 2 })])],
        ["raw call"] = [new(ChatRole.Assistant, [new FunctionCallContent("1", "f") { RawRepresentation = """{"a":1}""" }])],
        ["result"] = [new(ChatRole.Tool, [new FunctionResultContent("1", "one")])],
        ["other result"] = [new(ChatRole.Tool, [new FunctionResultContent("1", "two")])],
        ["one part"] = [new(ChatRole.User, [TextForms.In(TextForms.Part, "Hello")])],
        ["a refusal"] = [new(ChatRole.User, [TextForms.In(TextForms.RefusalPart, "Hello")])],
        ["a mark of the cache"] = [Marked("5m", new TextContent("Hello"))],
        ["another mark of the cache"] = [Marked("1h", new TextContent("Hello"))],
        ["a mark of the cache on the message"] = [new(ChatRole.User, "Hello") { AdditionalProperties = Mark("5m") }],
        ["reasoning"] = [new(ChatRole.Assistant, [ReasoningFields.Piece("Hello", ReasoningFields.Content)])],
        ["reasoning of another name"] = [new(ChatRole.Assistant, [ReasoningFields.Piece("Hello", ReasoningFields.Plain)])],
        ["other reasoning"] = [new(ChatRole.Assistant, [ReasoningFields.Piece("hello", ReasoningFields.Plain)])],
        ["signed reasoning"] = [new(ChatRole.Assistant, [new TextReasoningContent("Hello") { ProtectedData = "c2ln" }])],
        ["a field"] = [new(ChatRole.Assistant, [new MessageField("annotations", JsonElement.Parse("[1]"))])],
        ["another value of a field"] = [new(ChatRole.Assistant, [new MessageField("annotations", JsonElement.Parse("[2]"))])],
        ["another field"] = [new(ChatRole.Assistant, [new MessageField("extra_content", JsonElement.Parse("[1]"))])],
        ["a signed call"] = [Signed("c2ln")],
        ["a call signed otherwise"] = [Signed("c2lu")],
        ["a result of parts"] = Result(new TextContent("one")),
        ["a result of two parts"] = Result(new TextContent("one"), new TextContent("two")),
        ["a result with a picture"] = Result(new TextContent("one"), new DataContent(new byte[] { 1 }, "image/png")),
        ["a result with another picture"] = Result(new TextContent("one"), new DataContent(new byte[] { 2 }, "image/png")),
        ["a result with a mark of the cache"] = Result(Marked("5m", new TextContent("one")).Contents[0]),
    };

    [Test]
    public void EqualCalls_AreEqual_WhoeverMadeThem()
    {
        Of(Messages["text"], CacheHost.NewOptions(), CacheHost.Call()).Should().Equal(Of([new(ChatRole.User, "Hello")], CacheHost.NewOptions(), CacheHost.Call()));
    }

    [Test]
    public void NoFurtherFields_AreTheSameAsAnEmptySetOfThem()
    {
        var empty = CacheHost.NewOptions();
        empty.AdditionalProperties = [];

        Of(Messages["text"], empty, CacheHost.Call()).Should().Equal(Of(Messages["text"], CacheHost.NewOptions(), CacheHost.Call()));
        empty.AdditionalProperties.Should().BeEmpty("what a caller hands over is not changed");
    }

    [Test]
    public void EqualCalls_OfAnOpenAiClient_AreEqual()
    {
        Strict().Should().Equal(Strict(), "the same request makes the same tools, formats and parts anew");

        static byte[]? Strict()
        {
            var options = CacheHost.NewOptions();
            foreach (var change in new[] { "a strict tool", "a format as its client wrote it", "seed", "stop" })
                Parameters[change](options);
            return Of(Picture("low"), options, CacheHost.Call());
        }
    }

    [Test]
    public void EveryParameterMessagePartitionAndCandidate_Counts()
    {
        var identities = Parameters.Values.Select(change =>
        {
            var options = CacheHost.NewOptions();
            change(options);
            return Of(Messages["text"], options, CacheHost.Call());
        }).ToList();
        identities.AddRange(Messages.Values.Select(messages => Of(messages, CacheHost.NewOptions(), CacheHost.Call())));
        identities.Add(Of(Messages["text"], CacheHost.NewOptions(), CacheHost.Call(2)));
        var fewer = new RoutedCall { Candidates = [CacheHost.Wanted], Cache = CacheHost.Call().Cache };
        identities.Add(Of(Messages["text"], CacheHost.NewOptions(), fewer));
        var elsewhere = new RoutedCall { Candidates = [CacheHost.Wanted with { Provider = "third" }, CacheHost.Smaller], Cache = CacheHost.Call().Cache };
        identities.Add(Of(Messages["text"], CacheHost.NewOptions(), elsewhere));

        identities.Should().HaveCount(Parameters.Count + Messages.Count + 3);
        identities.Select(identity => Convert.ToHexString(identity!)).Should().OnlyHaveUniqueItems();
    }

    [Test]
    public void WhatCannotBeWrittenDown_HasNoIdentity()
    {
        var call = CacheHost.Call();
        var raw = CacheHost.NewOptions();
        raw.RawRepresentationFactory = _ => new object();
        var tool = CacheHost.NewOptions();
        tool.Tools = [new HostedWebSearchTool()];

        Of(Messages["text"], raw, call).Should().BeNull();
        Of(Messages["text"], tool, call).Should().BeNull();
        Of([new ChatMessage(ChatRole.User, [new ErrorContent("unknown")])], CacheHost.NewOptions(), call).Should().BeNull();
    }

    private static void Set(ChatOptions options, string field, JsonElement value) => (options.AdditionalProperties ??= [])[field] = value;

    private static AdditionalPropertiesDictionary Mark(string time) =>
        new() { [PartFields.CacheControl] = JsonElement.Parse($$"""{"type":"ephemeral","ttl":"{{time}}"}""") };

    private static ChatMessage Marked(string time, AIContent content)
    {
        content.AdditionalProperties = Mark(time);
        return new(ChatRole.User, [content]);
    }

    private static ChatMessage Signed(string signature) => new(ChatRole.Assistant,
        [new FunctionCallContent("1", "f") { AdditionalProperties = new() { [PartFields.ExtraContent] = JsonElement.Parse($"\"{signature}\"") } }]);

    private static ChatMessage[] Result(params AIContent[] parts) => [new(ChatRole.Tool, [new FunctionResultContent("1", parts.ToList())])];

    private static ToolDefinition Tool(string function) => new(JsonElement.Parse($$"""{"type":"function","function":{{function}}}"""));

    // As /v1 reads it: the part is kept as its client wrote it.
    private static ChatMessage[] Picture(string detail)
    {
        var part = JsonElement.Parse($$$"""{"type":"image_url","image_url":{"url":"https://example.org/a","detail":"{{{detail}}}"}}""");
        return [new(ChatRole.User, [new TextContent("Hello"), new UriContent("https://example.org/a", "image/*") { RawRepresentation = part }])];
    }

    // As a program that embeds the port may say it.
    private static ChatMessage[] OwnPicture(string detail) =>
        [new(ChatRole.User, [new TextContent("Hello"), new UriContent("https://example.org/a", "image/*") { AdditionalProperties = new() { ["detail"] = detail } }])];

    private static byte[]? Of(IEnumerable<ChatMessage> messages, ChatOptions options, RoutedCall call) =>
        CacheKey.Of(messages, options, call, call.Cache!)?.ToArray();
}
