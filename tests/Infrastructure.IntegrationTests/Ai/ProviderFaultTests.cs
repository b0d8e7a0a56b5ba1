using CleanLlm.Application.Ai;
using CleanLlm.Testing;
using CleanLlm.Testing.Upstream;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai;

/// <summary>Every way to fail, for each adapter against a real socket: a typed outcome, in time, and no connection left behind.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class ProviderFaultTests
{
    private static readonly string[] Http = ["OpenAi", "Predict"];

    private static IEnumerable<object[]> Faults()
    {
        foreach (var kind in Http)
        {
            yield return [kind, "reset-9", ProviderFailure.Refused];
            yield return [kind, "status-401", ProviderFailure.Refused];
            yield return [kind, "status-500", ProviderFailure.Refused];
            yield return [kind, "status-503", ProviderFailure.Refused];
            yield return [kind, "status-504", ProviderFailure.Timeout];
            yield return [kind, "status-429", ProviderFailure.RateLimited];
            yield return [kind, "status-400", ProviderFailure.Rejected];
            yield return [kind, "status-422", ProviderFailure.Rejected];
            yield return [kind, "status-413", ProviderFailure.RequestTooLarge];
            yield return [kind, "malformed", ProviderFailure.BadAnswer];
            yield return [kind, "huge", ProviderFailure.TooLong];
            yield return [kind, "cut-off", ProviderFailure.CutOff];
            yield return [kind, "cut-clean", ProviderFailure.CutOff];
        }

        yield return ["Grpc", "reset", ProviderFailure.Refused];
        yield return ["Grpc", "status-16", ProviderFailure.Refused];
        yield return ["Grpc", "status-13", ProviderFailure.Refused];
        yield return ["Grpc", "status-14", ProviderFailure.Refused];
        yield return ["Grpc", "status-4", ProviderFailure.Timeout];
        yield return ["Grpc", "status-8", ProviderFailure.RateLimited];
        yield return ["Grpc", "status-3", ProviderFailure.Rejected];
        yield return ["Grpc", "status-5", ProviderFailure.ModelNotFound];
        yield return ["Grpc", "status-12", ProviderFailure.BadAnswer];
        yield return ["Grpc", "malformed", ProviderFailure.BadAnswer];
        yield return ["Grpc", "huge", ProviderFailure.TooLong];
    }

    [TestCaseSource(nameof(Faults))]
    public async Task Fault_OfEachKind_IsTyped(string kind, string script, ProviderFailure expected)
    {
        foreach (var stream in new[] { false, true })
        {
            var model = $"{script}@fault-{stream}";
            await using var ai = AiServices.Of(kind, new ImpatientClock(), model);

            var answer = () => DeliverAsync(ai, model, stream);

            var thrown = (await answer.Should().ThrowAsync<ProviderException>()).Which;
            thrown.Failure.Should().Be(expected, "stream is {0}", stream);
            thrown.ToString().Should().NotContainAny("love", "You wrote", "nonsense", "sk-test");
        }
    }

    [TestCase("Predict", "error")]
    [TestCase("Predict", "cut-clean")]
    [TestCase("Predict", "cut-off")]
    [TestCase("Grpc", "error")]
    [TestCase("Grpc", "cut-off")]
    public async Task Stream_ThatBreaksOff_HasDeliveredWhatCameBefore(string kind, string script)
    {
        var model = $"{script}@partial-{kind}";
        await using var ai = AiServices.Of(kind, new ImpatientClock(), model);
        var text = "";
        var reading = async () =>
        {
            await foreach (var update in ai.Client().GetStreamingResponseAsync(Ask.Messages, new ChatOptions { ModelId = model }))
            {
                text += update.Text;
                if (UpstreamCall.WordsOf(text) == UpstreamCall.WordsOf(UpstreamAnswers.Of(3)) / 2)
                    UpstreamFixture.Grpc.Release(model);
            }
        };

        (await reading.Should().ThrowAsync<ProviderException>()).Which.Failure.Should().Be(ProviderFailure.CutOff);

        UpstreamCall.WordsOf(text).Should().Be((int)UpstreamFixture.Model(kind, model).CompletionTokens).And.BePositive();
    }

    [TestCase("OpenAi", "status-429-after-30")]
    [TestCase("Predict", "status-429-after-30")]
    [TestCase("Grpc", "status-8-after-30")]
    public async Task RateLimit_WithAWait_TellsIt(string kind, string model)
    {
        await using var ai = AiServices.Of(kind, new ImpatientClock(), model);

        var thrown = (await ai.Awaiting(a => DeliverAsync(a, model, stream: false)).Should().ThrowAsync<ProviderException>()).Which;

        thrown.Failure.Should().Be(ProviderFailure.RateLimited);
        thrown.RetryAfter.Should().Be(TimeSpan.FromSeconds(30));
    }

    [Test]
    public async Task Provider_WhenNobodyListens_IsRefused([Values("OpenAi", "Predict", "Grpc")] string kind, [Values] bool stream)
    {
        var settings = AiServices.Provider(0, "upstream", new Uri($"http://127.0.0.1:{LoopbackPort.Free()}"), "m");
        settings["Ai:Providers:0:Kind"] = kind;
        await using var ai = new AiServices(settings, new ImpatientClock());

        var thrown = (await ai.Awaiting(a => DeliverAsync(a, "m", stream)).Should().ThrowAsync<ProviderException>()).Which;

        thrown.Failure.Should().Be(ProviderFailure.Refused);
    }

    [Test]
    public async Task Call_ThatWouldNeverEnd_EndsWhenItsTimeIsOver_AndLeavesNoConnection(
        [Values("OpenAi", "Predict", "Grpc")] string kind, [Values("hang", "stall", "endless")] string script)
    {
        // A document without end is too long before it is too slow.
        await NeverEndingAsync(kind, script, stream: true);
        if (script != "endless")
            await NeverEndingAsync(kind, script, stream: false);
    }

    private static async Task NeverEndingAsync(string kind, string script, bool stream)
    {
        var model = $"{script}@deadline-{stream}";
        var clock = new FakeTimeProvider();
        await using var ai = AiServices.Of(kind, clock, model, timeoutSeconds: 10);

        var answer = DeliverAsync(ai, model, stream);
        await UpstreamFixture.Model(kind, model).CallsReachAsync(1);
        clock.Advance(TimeSpan.FromSeconds(9));
        answer.IsCompleted.Should().BeFalse("its time is not over");
        clock.Advance(TimeSpan.FromSeconds(2));

        (await answer.WaitAsync(Patience.Limit).Awaiting(call => call).Should().ThrowAsync<ProviderException>())
            .Which.Failure.Should().Be(ProviderFailure.Timeout);
        await UpstreamFixture.Model(kind, model).AbandonedReachAsync(1);
    }

    [Test]
    public async Task Document_WithoutEnd_IsTooLong([Values("OpenAi", "Predict")] string kind)
    {
        await using var ai = AiServices.Of(kind, new ImpatientClock(), "endless@document");

        var thrown = (await ai.Awaiting(a => DeliverAsync(a, "endless@document", stream: false)).Should().ThrowAsync<ProviderException>()).Which;

        thrown.Failure.Should().Be(ProviderFailure.TooLong);
        await UpstreamFixture.Model(kind, "endless@document").AbandonedReachAsync(1);
    }

    [Test]
    public async Task Cancelling_StopsTheProvidersCall(
        [Values("Predict", "Grpc")] string kind, [Values("hang", "stall")] string script, [Values] bool stream)
    {
        var model = $"{script}@cancel-{stream}";
        await using var ai = AiServices.Of(kind, null, model);
        using var leaving = new CancellationTokenSource();

        var answer = DeliverAsync(ai, model, stream, leaving.Token);
        await UpstreamFixture.Model(kind, model).CallsReachAsync(1);
        await leaving.CancelAsync();

        (await answer.Awaiting(a => a).Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(leaving.Token);
        await UpstreamFixture.Model(kind, model).AbandonedReachAsync(1);
    }

    [Test]
    public async Task Leaving_AStreamEarly_StopsTheProvidersCall([Values("OpenAi", "Predict", "Grpc")] string kind)
    {
        await using var ai = AiServices.Of(kind, null, "endless@leave");

        await foreach (var update in ai.Client().GetStreamingResponseAsync(Ask.Messages, new ChatOptions { ModelId = "endless@leave" }))
        {
            if (update.Text.Length > 0)
                break;
        }

        await UpstreamFixture.Model(kind, "endless@leave").AbandonedReachAsync(1);
    }

    private static async Task<ChatResponse> DeliverAsync(AiServices ai, string model, bool stream, CancellationToken ct = default)
    {
        var options = new ChatOptions { ModelId = model };
        return stream
            ? await ai.Client().GetStreamingResponseAsync(Ask.Messages, options, ct).ToChatResponseAsync(ct)
            : await ai.Client().GetResponseAsync(Ask.Messages, options, ct);
    }
}
