using CleanLlm.Application.Ai;
using CleanLlm.Infrastructure.Ai.Calls;
using CleanLlm.Testing;
using CleanLlm.Testing.Upstream;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai;

/// <summary>The body of a failed answer is read to know what it means, in bounds, and never kept.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class ErrorBodyTests
{
    private const string TooLong = """{"error":{"message":"love: maximum context length","code":"context_length_exceeded"}}""";

    private static ScriptedUpstream Upstream => UpstreamFixture.Upstream;

    [Test]
    public async Task Error_OfAFailedAnswer_IsRecognised_AndNothingOfItIsKept([Values] bool stream)
    {
        var thrown = await FailAsync($"ok@too-long-{stream}", 400, TooLong, stream);

        (thrown.Failure, thrown.Status).Should().Be((ProviderFailure.ContextTooLong, 400));
        thrown.ToString().Should().NotContainAny("love", "context_length_exceeded");
        thrown.Data.Count.Should().Be(0);
    }

    [Test]
    public async Task Error_OfAnyLength_IsReadAsFarAsItNeedsToBe()
    {
        var thrown = await FailAsync("ok@huge-error", 400, TooLong + new string(' ', 9 * 1024 * 1024), stream: false);

        thrown.Failure.Should().Be(ProviderFailure.ContextTooLong);
    }

    [Test]
    public async Task Error_WhoseBodyNeverEnds_IsJudgedByItsStatus_InTheTimeOfTheCall()
    {
        // Half of the announced bytes, then silence until the connection is closed.
        await using var server = new HalfAnsweringServer("HTTP/1.1 400 Bad Request\r\nContent-Length: 1000\r\n\r\n{\"error\":");
        var clock = new FakeTimeProvider();
        var headers = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var ai = new AiServices(
            AiServices.Provider(0, "upstream", server.BaseUrl, "m"),
            clock,
            services => services.AddHttpClient(HttpConnections.Name).AddHttpMessageHandler(() => new HeadersSignal(headers)));

        var asking = ai.Client().GetResponseAsync(Ask.Messages, new ChatOptions { ModelId = "m" });
        await headers.Task.WaitAsync(Patience.Limit);
        clock.Advance(TimeSpan.FromSeconds(39));
        asking.IsCompleted.Should().BeFalse("the rest of the body may still come");
        clock.Advance(TimeSpan.FromSeconds(2));

        (await asking.WaitAsync(Patience.Limit).Awaiting(call => call).Should().ThrowAsync<ProviderException>())
            .Which.Failure.Should().Be(ProviderFailure.Rejected);
    }

    [Test]
    public async Task Error_OfEmbeddings_IsRecognisedToo()
    {
        Upstream.Model("embed@too-long").Refusal = _ => (400, TooLong);
        await using var ai = AiServices.With(Upstream, null, "embed@too-long");

        var asking = () => ai.Embeddings()
            .GenerateAsync(["one"], new EmbeddingGenerationOptions { ModelId = "embed@too-long" });

        (await asking.Should().ThrowAsync<ProviderException>()).Which.Failure.Should().Be(ProviderFailure.ContextTooLong);
        Upstream.Model("embed@too-long").Calls.Should().ContainSingle("another format would not help");
    }

    [TestCase("says-3-prompt is too long: 5 tokens", ProviderFailure.ContextTooLong, 400)]
    [TestCase("says-11-the input exceeds the context window", ProviderFailure.ContextTooLong, 400)]
    [TestCase("says-3-blocked by our content filtering policy", ProviderFailure.ContentFiltered, 400)]
    [TestCase("says-3-anything else", ProviderFailure.Rejected, 400)]
    [TestCase("says-3-Your credit balance is too low", ProviderFailure.Rejected, 400)]
    [TestCase("says-5-anything", ProviderFailure.ModelNotFound, 404)]
    [TestCase("says-7-anything", ProviderFailure.Refused, 403)]
    [TestCase("says-8-grpc: received message larger than max (9 vs. 4)", ProviderFailure.RequestTooLarge, 413)]
    [TestCase("says-8-anything else", ProviderFailure.RateLimited, 429)]
    [TestCase("says-13-anything", ProviderFailure.Refused, 500)]
    [TestCase("says-14-anything", ProviderFailure.Refused, 503)]
    public async Task Status_OfAGrpcService_IsRecognised_AndItsDetailIsNotKept(string model, ProviderFailure expected, int status)
    {
        await using var ai = AiServices.Of("Grpc", null, model);

        var thrown = (await ai.Awaiting(a => a.Client().GetResponseAsync(Ask.Messages, new ChatOptions { ModelId = model })).Should().ThrowAsync<ProviderException>()).Which;

        (thrown.Failure, thrown.Status).Should().Be((expected, status));
        thrown.ToString().Should().NotContainAny("anything", "tokens", "window", "larger", "credit");
    }

    private static async Task<ProviderException> FailAsync(string model, int status, string body, bool stream)
    {
        Upstream.Model(model).Refusal = _ => (status, body);
        await using var ai = AiServices.With(Upstream, null, model);
        return (await ai.Awaiting(a => a.DeliverAsync(model, stream)).Should().ThrowAsync<ProviderException>()).Which;
    }

    private sealed class HeadersSignal(TaskCompletionSource headers) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            headers.TrySetResult();
            return response;
        }
    }
}
