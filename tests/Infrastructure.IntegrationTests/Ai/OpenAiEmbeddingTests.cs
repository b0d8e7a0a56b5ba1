using System.Text.Json;
using CleanLlm.Application.Ai;
using CleanLlm.Infrastructure.Ai.OpenAi;
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

    private static Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(AiServices ai, string model, EmbeddingGenerationOptions options) =>
        ai.Get<OpenAiProviders>().EmbeddingsOf("upstream").GenerateAsync(["one", "and two"], options);
}
