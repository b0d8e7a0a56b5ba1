using System.Text.Json;
using CleanLlm.Application.Ai;
using CleanLlm.Testing.Upstream;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai;

[Parallelizable(ParallelScope.All)]
internal sealed class OpenAiToolTests
{
    private const string Weather =
        """{"type":"function","function":{"name":"weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}},"strict":true},"x-own":1}""";

    private static readonly string Arguments = string.Concat(UpstreamAnswers.ToolArgumentPieces);

    private static ScriptedUpstream Upstream => UpstreamFixture.Upstream;

    [Test]
    public async Task Call_WhenStreamed_ComesInFragmentsThatAddUp()
    {
        await using var ai = AiServices.With(Upstream, null, "tools-2@stream");

        var updates = await ai.Client().GetStreamingResponseAsync(Ask.Messages, With("tools-2@stream")).ToListAsync();

        var fragments = updates.SelectMany(update => update.Contents).OfType<ToolCallFragment>().ToList();
        fragments.Should().HaveCount(8);
        foreach (var index in new[] { 0, 1 })
        {
            var call = fragments.Where(fragment => fragment.Index == index).ToList();
            call[0].Id.Should().Be($"call_{index}");
            call[0].Name.Should().Be("weather");
            call.Skip(1).Should().OnlyContain(fragment => fragment.Id == null && fragment.Name == null);
            string.Concat(call.Select(fragment => fragment.Arguments)).Should().Be(Arguments);
        }

        updates.Should().ContainSingle(update => update.FinishReason == ChatFinishReason.ToolCalls);
    }

    [Test]
    public async Task Call_InOneDocument_IsOneFragmentEach()
    {
        await using var ai = AiServices.With(Upstream, null, "tools-2@once");

        var answer = await ai.Client().GetResponseAsync(Ask.Messages, With("tools-2@once"));

        answer.FinishReason.Should().Be(ChatFinishReason.ToolCalls);
        answer.Text.Should().BeEmpty();
        answer.Messages[0].Contents.OfType<ToolCallFragment>()
            .Select(call => (call.Index, call.Id, call.Name, call.Arguments))
            .Should().Equal((0, "call_0", "weather", Arguments), (1, "call_1", "weather", Arguments));
    }

    [Test]
    public async Task Definition_OfAnOpenAiClient_IsSentUnchanged()
    {
        await using var ai = AiServices.With(Upstream, null, "tools@raw");
        var options = With("tools@raw");
        options.ToolMode = ChatToolMode.RequireSpecific("weather");
        options.AllowMultipleToolCalls = false;

        await ai.Client().GetResponseAsync(Ask.Messages, options);

        var body = Body("tools@raw");
        body.GetProperty("tools")[0].GetRawText().Should().Be(Weather);
        body.GetProperty("tool_choice").GetRawText().Should().Be("""{"type":"function","function":{"name":"weather"}}""");
        body.GetProperty("parallel_tool_calls").GetBoolean().Should().BeFalse();
    }

    [Test]
    public async Task Definition_OfThePort_IsDescribedAsAFunction()
    {
        await using var ai = AiServices.With(Upstream, null, "tools@port");
        var options = new ChatOptions { ModelId = "tools@port", ToolMode = ChatToolMode.Auto };
        options.Tools = [AIFunctionFactory.CreateDeclaration("weather", "What it is like outside", JsonElement.Parse("""{"type":"object"}"""))];

        await ai.Client().GetResponseAsync(Ask.Messages, options);

        var body = Body("tools@port");
        body.GetProperty("tools")[0].GetRawText().Should().Be(
            """{"type":"function","function":{"name":"weather","description":"What it is like outside","parameters":{"type":"object"}}}""");
        body.GetProperty("tool_choice").GetString().Should().Be("auto");
    }

    [Test]
    public async Task Conversation_WithCallsAndResults_IsSentInOpenAisForm([Values] bool stream)
    {
        var model = $"tools@round-{stream}";
        await using var ai = AiServices.With(Upstream, null, model);
        ChatMessage[] messages =
        [
            new(ChatRole.User, "Weather?"),
            new(ChatRole.Assistant,
            [
                new FunctionCallContent("a", "weather") { RawRepresentation = """{"city": "Oslo"}""" },
                new FunctionCallContent("b", "weather", new Dictionary<string, object?> { ["city"] = "Bern" }),
            ]),
            new(ChatRole.Tool, [new FunctionResultContent("a", "rain"), new FunctionResultContent("b", JsonElement.Parse("""{"sky":"clear"}"""))]),
        ];

        var answer = stream
            ? await ai.Client().GetStreamingResponseAsync(messages, With(model)).ToChatResponseAsync()
            : await ai.Client().GetResponseAsync(messages, With(model));

        answer.Text.Should().Be(UpstreamAnswers.Of(promptWords: 1));
        Body(model).GetProperty("messages").GetRawText().Should().Be(
            """[{"role":"user","content":"Weather?"},{"role":"assistant","content":null,"tool_calls":["""
            + """{"id":"a","type":"function","function":{"name":"weather","arguments":"{\"city\": \"Oslo\"}"}},"""
            + """{"id":"b","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Bern\"}"}}]},"""
            + """{"role":"tool","tool_call_id":"a","content":"rain"},{"role":"tool","tool_call_id":"b","content":"{\"sky\":\"clear\"}"}]""");
    }

    private static ChatOptions With(string model) => new() { ModelId = model, Tools = [new ToolDefinition(JsonElement.Parse(Weather))] };

    private static JsonElement Body(string model) => JsonElement.Parse(Upstream.Model(model).Calls[^1].Body);
}
