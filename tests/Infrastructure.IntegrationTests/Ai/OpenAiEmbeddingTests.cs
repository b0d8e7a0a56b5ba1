using System.Text.Json;
using CleanLlm.Application.Ai;
using CleanLlm.Testing.Upstream;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai;

[Parallelizable(ParallelScope.All)]
internal sealed class OpenAiEmbeddingTests
{
    private static ScriptedUpstream Upstream => UpstreamFixture.Upstream;

    [Test]
    public async Task Vectors_InEitherEncoding_ComeInTheOrderOfTheTexts([Values("embed", "embed-numbers")] string script)
    {
        var model = $"{script}@order";
        await using var ai = AiServices.With(Upstream, null, model);

        var made = await GenerateAsync(ai, model, new EmbeddingGenerationOptions { ModelId = model, Dimensions = 5 });

        made.Should().HaveCount(2);
        made[0].Vector.ToArray().Should().Equal(UpstreamAnswers.Vector("one", 5));
        made[1].Vector.ToArray().Should().Equal(UpstreamAnswers.Vector("and two", 5));
        made.Usage!.InputTokenCount.Should().Be(3);
        var body = JsonElement.Parse(Upstream.Model(model).Calls[0].Body);
        body.GetProperty("encoding_format").GetString().Should().Be("base64");
        Upstream.Model(model).Calls[0].Authorization.Should().Be("Bearer sk-test");
    }

    [TestCase(400, """{"error":{"message":"encoding_format: only float is supported"}}""")]
    [TestCase(422, """{"detail":[{"type":"literal_error","loc":["body","encoding_format"],"msg":"Input should be 'float'"}]}""")]
    [TestCase(400, "Bad Request")]
    [TestCase(200, """{"data":[{"index":0,"embedding":"[0.1,0.2]"},{"index":1,"embedding":"[0.1,0.2]"}]}""")]
    [TestCase(200, """{"data":[{"index":0,"embedding":null},{"index":1,"embedding":null}]}""")]
    public async Task Base64_ThatAModelDoesNotTake_IsReplacedByNumbers_AndThatIsRemembered(int status, string body)
    {
        var model = $"embed@no-base64-{status}-{body.Length}";
        Upstream.Model(model).Refusal = call => FormatOf(call) == "base64" ? (status, body) : null;
        await using var ai = AiServices.With(Upstream, null, model);
        var options = new EmbeddingGenerationOptions { ModelId = model, Dimensions = 5 };

        for (var i = 0; i < 2; i++)
            (await GenerateAsync(ai, model, options))[0].Vector.ToArray().Should().Equal(UpstreamAnswers.Vector("one", 5));

        Upstream.Model(model).Calls.Select(FormatOf).Should().Equal("base64", "float", "float");
    }

    [Test]
    public async Task Base64_ThatAModelHasTaken_IsNotWhatALaterRefusalIsAbout()
    {
        const string Model = "embed@takes-base64";
        await using var ai = AiServices.With(Upstream, null, Model);
        await GenerateAsync(ai, Model, new EmbeddingGenerationOptions { ModelId = Model });
        Upstream.Model(Model).Refusal = _ => (400, "Bad Request");

        var asking = () => GenerateAsync(ai, Model, new EmbeddingGenerationOptions { ModelId = Model });

        (await asking.Should().ThrowAsync<ProviderException>()).Which.Failure.Should().Be(ProviderFailure.Rejected);
        Upstream.Model(Model).Calls.Should().HaveCount(2);
    }

    [TestCase("float", null, "float")]
    [TestCase(null, "float", "float")]
    [TestCase("float", "base64", "base64")]
    [TestCase(null, null, "base64")]
    public async Task Format_IsTheModels_ElseTheProviders(string? providers, string? models, string sent)
    {
        var model = $"embed@format-{providers}-{models}";
        var settings = AiServices.Provider(0, "upstream", Upstream.BaseUrl, model);
        settings["Ai:Providers:0:EmbeddingFormat"] = providers;
        settings["Ai:Providers:0:Models:0:EmbeddingFormat"] = models;
        await using var ai = new AiServices(settings);

        await GenerateAsync(ai, model, new EmbeddingGenerationOptions { ModelId = model });

        Upstream.Model(model).Calls.Select(FormatOf).Should().Equal(sent);
    }

    [TestCase("embed-few", ProviderFailure.BadAnswer)]
    [TestCase("status-503", ProviderFailure.Refused)]
    [TestCase("status-429", ProviderFailure.RateLimited)]
    [TestCase("malformed", ProviderFailure.BadAnswer)]
    [TestCase("cut-off", ProviderFailure.CutOff)]
    [TestCase("endless", ProviderFailure.TooLong)]
    public async Task Failure_OfEachKind_IsTyped(string script, ProviderFailure expected)
    {
        var model = $"{script}@embedding";
        await using var ai = AiServices.With(Upstream, new ImpatientClock(), model);

        var asking = () => GenerateAsync(ai, model, new EmbeddingGenerationOptions { ModelId = model });

        (await asking.Should().ThrowAsync<ProviderException>()).Which.Failure.Should().Be(expected);
    }

    [TestCase("embed-nan")]
    [TestCase("embed-infinite")]
    [TestCase("embed-huge")]
    [TestCase("embed-uneven")]
    [TestCase("embed-none")]
    [TestCase("embed-beyond")]
    [TestCase("embed-below")]
    [TestCase("embed-far")]
    [TestCase("embed-twice")]
    [TestCase("embed-many")]
    [TestCase("embed-half")]
    [TestCase("embed-garbled")]
    [TestCase("embed-words")]
    [TestCase("embed-null")]
    [TestCase("embed-nothing")]
    [TestCase("embed-list")]
    public async Task Vectors_ThatCannotBeUsed_AreABadAnswer(string model)
    {
        await using var ai = AiServices.With(Upstream, new ImpatientClock(), model);

        var asking = () => GenerateAsync(ai, model, new EmbeddingGenerationOptions { ModelId = model });

        (await asking.Should().ThrowAsync<ProviderException>()).Which.Failure.Should().Be(ProviderFailure.BadAnswer);
    }

    private static string? FormatOf(UpstreamCall call) => JsonElement.Parse(call.Body).GetProperty("encoding_format").GetString();
    [TestCase("""{"data":[{"index":"1","embedding":[3,"0.5"]},{"index":0.0,"embedding":["1","2e0"]}],"usage":{"prompt_tokens":"3","total_tokens":3.0}}""", 3)]
    [TestCase("""{"data":[{"embedding":[1,2]},{"index":null,"embedding":[3,0.5]}],"usage":{"prompt_tokens":-3}}""", null)]
    [TestCase("""{"data":[{"embedding":[[1,2]],"index":0},{"embedding":[[3,0.5]],"index":1}],"usage":7}""", null)]
    [TestCase("""{"data":[{"index":0,"embedding":[1,2]},{"index":1,"embedding":[3,0.5]}],"usage":{"input_tokens":3}}""", 3)]
    [TestCase("\uFEFF\n{\"usage\":null,\"data\":[{\"index\":0,\"embedding\":[1,2]},{\"index\":1,\"embedding\":[3,0.5]}]}", null)]
    [TestCase("""{"data":[{"index":0,"embedding":[1,2]},{"index":1,"embedding":[3,0.5]}]} OK""", null)]
    public async Task Vectors_WithOddValues_AreRead(string document, int? tokens)
    {
        var model = FormattableString.Invariant($"raw@{Guid.CreateVersion7():n}");
        Upstream.Model(model).Raw = RawAnswer.Body(document);
        await using var ai = AiServices.With(Upstream, null, model);

        var made = await GenerateAsync(ai, model, new EmbeddingGenerationOptions { ModelId = model });

        made[0].Vector.ToArray().Should().Equal(1, 2);
        made[1].Vector.ToArray().Should().Equal(3, 0.5f);
        (made.Usage?.InputTokenCount).Should().Be(tokens);
    }

    private static Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(AiServices ai, string model, EmbeddingGenerationOptions options) =>
        ai.Embeddings().GenerateAsync(["one", "and two"], options);
}
