using System.Text.Json;
using CleanLlm.Application.Ai;
using CleanLlm.Testing.Upstream;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai;

[Parallelizable(ParallelScope.All)]
internal sealed class OpenAiRequestTests
{
    private static ScriptedUpstream Upstream => UpstreamFixture.Upstream;

    [Test]
    public async Task Fields_OfAnOpenAiClient_GoThroughUnchanged_ButThoseThatAreOurs()
    {
        var body = await SentAsync("ok@fields", new ChatOptions
        {
            Temperature = 0.5f,
            MaxOutputTokens = 3,
            AdditionalProperties = new AdditionalPropertiesDictionary
            {
                ["user"] = JsonElement.Parse("\"u-1\""),
                ["logit_bias"] = JsonElement.Parse("""{"50256": -100}"""),
                ["temperature"] = JsonElement.Parse("1"),
                ["response_format"] = JsonElement.Parse("""{"type":"json_schema","json_schema":{"name":"a","strict":true,"schema":{}}}"""),
                ["stream"] = JsonElement.Parse("true"),
                ["max_tokens"] = JsonElement.Parse("100000"),
                ["max_completion_tokens"] = JsonElement.Parse("100000"),
                ["n"] = JsonElement.Parse("5"),
                ["model"] = JsonElement.Parse("\"dearer\""),
                ["cleanllm.call"] = new object(),
                ["own"] = "not JSON",
            },
        });

        body.GetRawText().Should().Be(
            """{"model":"ok@fields","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"What is love?"}],"max_tokens":3"""
            + ""","user":"u-1","logit_bias":{"50256":-100},"temperature":1,"response_format":{"type":"json_schema","json_schema":{"name":"a","strict":true,"schema":{}}}}""");
    }

    [Test]
    public async Task Fields_ThatAreOurs_AreSo_InAnyCase()
    {
        var body = await SentAsync("ok@cased", new ChatOptions
        {
            MaxOutputTokens = 3,
            AdditionalProperties = new AdditionalPropertiesDictionary
            {
                ["Model"] = JsonElement.Parse("\"dearer\""),
                ["MESSAGES"] = JsonElement.Parse("[]"),
                ["Max_Tokens"] = JsonElement.Parse("100000"),
                ["Stream"] = JsonElement.Parse("true"),
                ["N"] = JsonElement.Parse("5"),
            },
        });

        body.EnumerateObject().Select(field => field.Name).Should().Equal("model", "messages", "max_tokens");
        body.GetProperty("max_tokens").GetInt32().Should().Be(3);
    }

    [Test]
    public async Task Bound_WhenTheProviderWantsTheNewName_HasIt()
    {
        var settings = AiServices.Provider(0, "upstream", Upstream.BaseUrl, "ok@bound");
        settings["Ai:Providers:0:MaxTokensField"] = "max_completion_tokens";
        await using var ai = new AiServices(settings);

        await ai.Client().GetResponseAsync(Ask.Messages, new ChatOptions { ModelId = "ok@bound", MaxOutputTokens = 4 });

        var body = JsonElement.Parse(Upstream.Model("ok@bound").Calls[0].Body);
        body.GetProperty("max_completion_tokens").GetInt32().Should().Be(4);
        body.TryGetProperty("max_tokens", out _).Should().BeFalse();
    }

    [Test]
    public async Task Format_OfThePort_IsSentInOpenAisForm()
    {
        var schema = JsonElement.Parse("""{"type":"object"}""");

        (await SentAsync("ok@json", new ChatOptions { ResponseFormat = ChatResponseFormat.Json }))
            .GetProperty("response_format").GetRawText().Should().Be("""{"type":"json_object"}""");
        (await SentAsync("ok@schema", new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(schema, "city") }))
            .GetProperty("response_format").GetRawText().Should().Be("""{"type":"json_schema","json_schema":{"name":"city","schema":{"type":"object"}}}""");
    }

    [Test]
    public async Task Images_AndTheirText_AreParts()
    {
        await using var ai = AiServices.With(Upstream, null, "ok@image");
        ChatMessage[] messages =
        [
            new(ChatRole.User,
            [
                new TextContent("What is this?"),
                new DataContent(new byte[] { 1, 2, 3 }, "image/png"),
                new UriContent("https://example.org/cat.jpg", "image/jpeg") { AdditionalProperties = new() { ["detail"] = "low" } },
                new DataContent(new byte[] { 4 }, "audio/wav"),
            ]),
        ];

        await ai.Client().GetResponseAsync(messages, new ChatOptions { ModelId = "ok@image" });

        JsonElement.Parse(Upstream.Model("ok@image").Calls[0].Body).GetProperty("messages")[0].GetProperty("content").GetRawText().Should().Be(
            """[{"type":"text","text":"What is this?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AQID"}},"""
            + """{"type":"image_url","image_url":{"url":"https://example.org/cat.jpg","detail":"low"}},"""
            + """{"type":"input_audio","input_audio":{"data":"BA==","format":"wav"}}]""");
    }

    [Test]
    public async Task Parts_AsTheirClientWroteThem_AreSentSo_ButNeverText()
    {
        await using var ai = AiServices.With(Upstream, null, "ok@parts");
        var file = JsonElement.Parse("""{"type":"file","file":{"file_id":"f-1"}}""");
        var secret = JsonElement.Parse("""{"type":"text","text":"a secret"}""");
        ChatMessage[] messages =
        [
            new(ChatRole.User, [new TextContent("redacted") { RawRepresentation = secret }, new AIContent { RawRepresentation = file }]),
        ];

        await ai.Client().GetResponseAsync(messages, new ChatOptions { ModelId = "ok@parts" });

        var body = Upstream.Model("ok@parts").Calls[0].Body;
        body.Should().Contain(file.GetRawText()).And.NotContain("secret");
    }

    [Test]
    public async Task Parts_WithoutAFormInTheApi_AreUnsupported([Values] bool inAResult)
    {
        var model = $"ok@video-{inAResult}";
        await using var ai = AiServices.With(Upstream, null, model);
        var video = new DataContent(new byte[] { 1 }, "video/mp4");
        ChatMessage[] messages = [inAResult ? new(ChatRole.Tool, [new FunctionResultContent("1", new List<AIContent> { video })]) : new(ChatRole.User, [video])];

        var asking = () => ai.Client().GetResponseAsync(messages, new ChatOptions { ModelId = model });

        (await asking.Should().ThrowAsync<ProviderException>()).Which.Failure.Should().Be(ProviderFailure.Unsupported);
        Upstream.Model(model).Calls.Should().BeEmpty();
    }

    [Test]
    public async Task WhatAnAnswerHeldBesideItsText_GoesBackUnderItsOwnName()
    {
        await using var ai = AiServices.With(Upstream, null, "ok@beside");
        var mark = new AdditionalPropertiesDictionary { [PartFields.CacheControl] = JsonElement.Parse("{}"), ["own"] = JsonElement.Parse("1") };
        ChatMessage[] messages =
        [
            new(ChatRole.User, [new TextContent("One"), new TextContent("Two")]),
            new(ChatRole.Assistant,
            [
                ReasoningFields.Piece("I ", ReasoningFields.Plain),
                new ToolCallFragment { Index = 0, Id = "1", Name = "look", Arguments = "{}", ExtraContent = JsonElement.Parse("\"c2ln\"") },
                ReasoningFields.Piece("look.", ReasoningFields.Plain),
                new MessageField("reasoning_details", JsonElement.Parse("[1]")),
                new MessageField("reasoning_details", JsonElement.Parse("[2]")),
                new MessageField("role", JsonElement.Parse("\"system\"")),
            ]),
            new(ChatRole.Tool,
            [
                new FunctionResultContent("1", new DataContent(new byte[] { 1, 2, 3 }, "image/png") { AdditionalProperties = mark }) { AdditionalProperties = mark },
            ]),
            new(ChatRole.User, [new TextContent("Go on") { AdditionalProperties = mark }]),
        ];

        await ai.Client().GetResponseAsync(messages, new ChatOptions { ModelId = "ok@beside" });

        JsonElement.Parse(Upstream.Model("ok@beside").Calls[0].Body).GetProperty("messages").GetRawText().Should().Be(
            """[{"role":"user","content":[{"type":"text","text":"One"},{"type":"text","text":"Two"}]},"""
            + """{"role":"assistant","content":null,"reasoning":"I look.","reasoning_details":[1],"tool_calls":["""
            + """{"id":"1","type":"function","function":{"name":"look","arguments":"{}"},"extra_content":"c2ln"}]},"""
            + """{"role":"tool","tool_call_id":"1","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AQID"},"cache_control":{}}],"cache_control":{}},"""
            + """{"role":"user","content":[{"type":"text","text":"Go on","cache_control":{}}]}]""");
    }

    private static async Task<JsonElement> SentAsync(string model, ChatOptions options)
    {
        await using var ai = AiServices.With(Upstream, null, model);
        options.ModelId = model;
        await ai.Client().GetResponseAsync(Ask.Messages, options);
        return JsonElement.Parse(Upstream.Model(model).Calls[^1].Body);
    }
}
