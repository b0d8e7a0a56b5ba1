using System.Text.Json;
using CleanLlm.Application.Ai;
using CleanLlm.Testing.Upstream;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai;

/// <summary>How the bound of an answer is named and sized, as caller, settings and model want it.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class AnswerBoundTests
{
    private const string Refused =
        """{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","type":"invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}}""";

    private const string RefusedInWords =
        """{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","code":"invalid_request_body"}}""";

    private const string RefusedByMistral =
        """{"object":"error","message":{"detail":[{"type":"extra_forbidden","loc":["body","max_completion_tokens"],"msg":"Extra inputs are not permitted","input":32000}]},"type":"invalid_request_error","param":null,"code":null}""";

    private static ScriptedUpstream Upstream => UpstreamFixture.Upstream;

    [TestCase(null, null, null, "max_tokens")]
    [TestCase("max_completion_tokens", null, null, "max_completion_tokens")]
    [TestCase("max_tokens", null, null, "max_tokens")]
    [TestCase("max_tokens", "max_completion_tokens", null, "max_completion_tokens")]
    [TestCase("max_completion_tokens", "max_tokens", null, "max_tokens")]
    [TestCase("max_completion_tokens", "max_completion_tokens", "max_tokens", "max_tokens")]
    [TestCase(null, null, "max_completion_tokens", "max_completion_tokens")]
    public async Task Name_IsTheModels_ElseTheProviders_ElseTheCallers(string? callers, string? providers, string? models, string sent)
    {
        var model = $"ok@named-{callers}-{providers}-{models}";
        var settings = AiServices.Provider(0, "upstream", Upstream.BaseUrl, model);
        settings["Ai:Providers:0:MaxTokensField"] = providers;
        settings["Ai:Providers:0:Models:0:MaxTokensField"] = models;
        await using var ai = new AiServices(settings);

        await AskAsync(ai, model, 4, callers);

        NamesIn(Upstream.Model(model).Calls[0]).Should().Equal(sent);
    }

    [TestCase(null, Refused)]
    [TestCase(null, RefusedInWords)]
    [TestCase("max_completion_tokens", RefusedByMistral)]
    public async Task Name_ThatTheModelRefuses_IsReplacedOnce_AndRemembered(string? callers, string refusal)
    {
        var refused = callers ?? "max_tokens";
        var model = $"ok@learns-{refusal.Length}";
        Upstream.Model(model).Refusal = call => NamesIn(call).Contains(refused) ? (refused == "max_tokens" ? 400 : 422, refusal) : null;
        await using var ai = AiServices.With(Upstream, null, model, "ok@sibling");

        for (var i = 0; i < 3; i++)
            (await AskAsync(ai, model, 4, callers, stream: i % 2 == 0)).Text.Should().NotBeEmpty();

        var other = refused == "max_tokens" ? "max_completion_tokens" : "max_tokens";
        Upstream.Model(model).Calls.SelectMany(NamesIn).Should().Equal(refused, other, other, other);
        Upstream.Model(model).Calls.Should().OnlyContain(call => call.MaxTokens == 4);
    }

    [Test]
    public async Task Name_WhenTheModelRefusesBoth_IsTriedOnce()
    {
        Upstream.Model("ok@neither").Refusal = call => (400, Refused.Replace("\"param\":\"max_tokens\"", $"\"param\":\"{NamesIn(call).Single()}\"", StringComparison.Ordinal));
        await using var ai = AiServices.With(Upstream, null, "ok@neither");

        var asking = () => AskAsync(ai, "ok@neither", 4);

        (await asking.Should().ThrowAsync<ProviderException>()).Which.Failure.Should().Be(ProviderFailure.UnsupportedParameter);
        Upstream.Model("ok@neither").Calls.Should().HaveCount(2);
    }

    [Test]
    public async Task Parameter_OfAnotherName_IsNotSentAgain()
    {
        Upstream.Model("ok@seed").Refusal = _ => (400, """{"error":{"message":"Unsupported parameter: 'seed'.","param":"seed","code":"unsupported_parameter"}}""");
        await using var ai = AiServices.With(Upstream, null, "ok@seed");

        await ai.Awaiting(a => AskAsync(a, "ok@seed", 4)).Should().ThrowAsync<ProviderException>();

        Upstream.Model("ok@seed").Calls.Should().ContainSingle();
    }

    [Test]
    public async Task Size_ThatTheModelRefuses_IsLowered_AndRemembered()
    {
        Upstream.Model("ok@16384").Refusal = call => call.MaxTokens > 16_384
            ? (400, $$$"""{"error":{"message":"max_tokens is too large: {{{call.MaxTokens}}}. This model supports at most 16384 completion tokens, whereas you provided {{{call.MaxTokens}}}.","param":"max_tokens","code":"invalid_value"}}""")
            : null;
        await using var ai = AiServices.With(Upstream, null, "ok@16384");

        await AskAsync(ai, "ok@16384", 32_000);
        await AskAsync(ai, "ok@16384", 20_000);
        await AskAsync(ai, "ok@16384", 100);

        Upstream.Model("ok@16384").Calls.Select(call => call.MaxTokens).Should().Equal(32_000, 16_384, 16_384, 100);
    }

    [Test]
    public async Task Size_ThatThePromptLeavesNoRoomFor_IsLoweredForThisCallOnly()
    {
        Upstream.Model("ok@room").Refusal = call => call.MaxTokens > 3_996
            ? (400, """{"object":"error","message":"This model's maximum context length is 4096 tokens. However, you requested 8100 tokens (100 in the messages, 8000 in the completion).","type":"BadRequestError","code":400}""")
            : null;
        await using var ai = AiServices.With(Upstream, null, "ok@room");

        await AskAsync(ai, "ok@room", 8_000);
        await AskAsync(ai, "ok@room", 8_000);

        Upstream.Model("ok@room").Calls.Select(call => call.MaxTokens).Should().Equal(8_000, 3_996, 8_000, 3_996);
    }

    // The window of a model that no one described is 128,000.
    [TestCase(null, 127_000, 1_000, null, "what the prompt leaves says no more than the window does")]
    [TestCase(null, 500, 1_000, 500, "the caller, the plan or the quota allows no more")]
    [TestCase(4_000, 127_000, 1_000, 4_000, "the model's own bound")]
    [TestCase(4_000, 4_000, 126_000, 2_000, "what the prompt leaves is less")]
    public async Task Size_IsSentWhereItSaysMoreThanTheWindow(int? models, int asked, int promptTokens, int? sent, string because)
    {
        await using var routed = new Routing.RoutedServices(1, null, models is { } most ? [("a:Models:0:MaxOutputTokens", $"{most}")] : []);
        var call = new RoutedCall { Candidates = await routed.CandidatesAsync(), PromptTokens = promptTokens };

        await routed.AskAsync(call: call, maxTokens: asked);

        routed.A.Options.Should().ContainSingle().Which.MaxOutputTokens.Should().Be(sent, because);
    }

    private static async Task<ChatResponse> AskAsync(AiServices ai, string model, int maxTokens, string? callers = null, bool stream = false)
    {
        var options = new ChatOptions { ModelId = model, MaxOutputTokens = maxTokens };
        if (callers is not null)
            MaxTokensName.Attach(options, callers);
        return stream
            ? await ai.Client().GetStreamingResponseAsync(Ask.Messages, options).ToChatResponseAsync()
            : await ai.Client().GetResponseAsync(Ask.Messages, options);
    }

    private static string[] NamesIn(UpstreamCall call) =>
        [.. JsonElement.Parse(call.Body).EnumerateObject().Select(field => field.Name).Where(name => name.StartsWith("max_", StringComparison.Ordinal))];
}
