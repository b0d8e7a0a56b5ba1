using System.Text.Json;
using CleanLlm.Testing.Upstream;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai;

[Parallelizable(ParallelScope.All)]
internal sealed class OpenAiChatClientTests
{
    private static ScriptedUpstream Upstream => UpstreamFixture.Upstream;

    [Test]
    public async Task Answer_WhenAskedOnce_HasTextFinishReasonAndUsage()
    {
        await using var ai = AiServices.With(Upstream, null, "ok@once");

        var answer = await ai.OnceAsync("ok@once");

        answer.Text.Should().Be(UpstreamAnswers.Of(promptWords: 3));
        answer.FinishReason.Should().Be(ChatFinishReason.Stop);
        answer.ModelId.Should().Be("ok@once");
        var seen = Upstream.Model("ok@once");
        answer.Usage!.InputTokenCount.Should().Be(seen.PromptTokens).And.Be(5);
        answer.Usage.OutputTokenCount.Should().Be(seen.CompletionTokens).And.BePositive();
    }

    [Test]
    public async Task Answer_WhenStreamed_ComesWordByWordAndEndsWithUsage()
    {
        await using var ai = AiServices.With(Upstream, null, "ok@stream");

        var updates = await ai.Stream("ok@stream").ToListAsync();

        updates.Count(u => u.Text.Length > 0).Should().Be(UpstreamCall.WordsOf(UpstreamAnswers.Of(3)));
        string.Concat(updates.Select(u => u.Text)).Should().Be(UpstreamAnswers.Of(3));
        updates.Should().ContainSingle(u => u.FinishReason == ChatFinishReason.Stop);
        updates.SelectMany(u => u.Contents).OfType<UsageContent>().Should().ContainSingle()
            .Which.Details.OutputTokenCount.Should().Be(Upstream.Model("ok@stream").CompletionTokens);
    }

    [Test]
    public async Task Request_Always_CarriesKeyOptionsAndTheProvidersOwnModelName([Values] bool stream)
    {
        var settings = AiServices.Provider(0, "upstream", Upstream.BaseUrl, "mine");
        settings["Ai:Providers:0:Models:0:UpstreamId"] = $"ok@options-{stream}";
        await using var ai = new AiServices(settings);
        var options = new ChatOptions
        {
            ModelId = "mine",
            Temperature = 0.2f,
            TopP = 0.9f,
            MaxOutputTokens = 4,
            Seed = 7,
            StopSequences = ["END"],
            Instructions = "Rhyme.",
        };

        var answer = stream
            ? await ai.Chat.GetStreamingResponseAsync(Ask.Messages, options).ToChatResponseAsync()
            : await ai.Chat.GetResponseAsync(Ask.Messages, options);

        answer.FinishReason.Should().Be(ChatFinishReason.Length);
        answer.Text.Should().Be("You wrote 3 words,");
        options.ModelId.Should().Be("mine", "the caller's options are its own");
        var call = Upstream.Model($"ok@options-{stream}").Calls.Should().ContainSingle().Subject;
        call.Authorization.Should().Be("Bearer sk-test");
        call.Messages.Should().Equal(("system", "Rhyme."), ("system", "Be brief."), ("user", "What is love?"));
        using var body = JsonDocument.Parse(call.Body);
        var root = body.RootElement;
        root.GetProperty("temperature").GetSingle().Should().Be(0.2f);
        root.GetProperty("top_p").GetSingle().Should().Be(0.9f);
        root.GetProperty("max_tokens").GetInt32().Should().Be(4);
        root.GetProperty("seed").GetInt64().Should().Be(7);
        root.GetProperty("stop")[0].GetString().Should().Be("END");
        root.TryGetProperty("stream_options", out _).Should().Be(stream);
        root.TryGetProperty("frequency_penalty", out _).Should().BeFalse("what is not asked is not sent");
    }

    [Test]
    public async Task Text_WhenCharactersAreSplitOverReads_IsWhole()
    {
        await using var ai = AiServices.With(Upstream, null, "bytes");

        var answer = await ai.Stream("bytes").ToChatResponseAsync();

        answer.Text.Should().Be(UpstreamAnswers.Of(3, multiByte: true));
    }

    [TestCase("no-done")]
    [TestCase("no-usage")]
    public async Task Stream_WithoutEndMarkOrUsage_IsCompleteWhenItHasAFinishReason(string model)
    {
        await using var ai = AiServices.With(Upstream, null, model);

        var answer = await ai.Stream(model).ToChatResponseAsync();

        answer.FinishReason.Should().Be(ChatFinishReason.Stop);
        answer.Text.Should().Be(UpstreamAnswers.Of(3));
        (answer.Usage is null).Should().Be(model == "no-usage");
    }

    [Test]
    public async Task Stream_WhoseConnectionBreaks_IsCompleteWhenItHasAFinishReason()
    {
        await using var ai = AiServices.With(Upstream, null, "cut-end");

        var answer = await ai.Stream("cut-end").ToChatResponseAsync();

        answer.FinishReason.Should().Be(ChatFinishReason.Stop);
        answer.Text.Should().Be(UpstreamAnswers.Of(3));
    }

    [Test]
    public async Task Usage_WhenTheProviderReportsNone_IsNull()
    {
        await using var ai = AiServices.With(Upstream, null, "no-usage@once");

        (await ai.OnceAsync("no-usage@once")).Usage.Should().BeNull();
    }

    [Test]
    public async Task Cancelling_WhileTheProviderAnswers_StopsItsCall([Values("hang", "stall")] string script, [Values] bool stream)
    {
        var model = $"{script}@cancel-{stream}";
        await using var ai = AiServices.With(Upstream, null, model);
        using var leaving = new CancellationTokenSource();

        var answer = ai.DeliverAsync(model, stream, leaving.Token);
        await Upstream.Model(model).CallsReachAsync(1);
        await leaving.CancelAsync();

        (await answer.Invoking(a => a).Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(leaving.Token);
        await Upstream.Model(model).AbandonedReachAsync(1);
    }
}
