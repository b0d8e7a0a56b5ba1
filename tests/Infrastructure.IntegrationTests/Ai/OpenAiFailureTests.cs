using CleanLlm.Application.Ai;
using CleanLlm.Testing;
using CleanLlm.Testing.Upstream;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai;

[Parallelizable(ParallelScope.All)]
internal sealed class OpenAiFailureTests
{
    private static ScriptedUpstream Upstream => UpstreamFixture.Upstream;

    [TestCase("status-401", ProviderFailure.Refused)]
    [TestCase("status-403", ProviderFailure.Refused)]
    [TestCase("status-500", ProviderFailure.Refused)]
    [TestCase("status-503", ProviderFailure.Refused)]
    [TestCase("status-504", ProviderFailure.Timeout)]
    [TestCase("status-408", ProviderFailure.Timeout)]
    [TestCase("status-400", ProviderFailure.Rejected)]
    [TestCase("status-404", ProviderFailure.BadAnswer)]
    [TestCase("status-302", ProviderFailure.BadAnswer)]
    [TestCase("status-429", ProviderFailure.RateLimited)]
    [TestCase("reset-9", ProviderFailure.Refused)]
    [TestCase("malformed", ProviderFailure.BadAnswer)]
    [TestCase("huge", ProviderFailure.TooLong)]
    [TestCase("cut-off", ProviderFailure.CutOff)]
    [TestCase("cut-clean", ProviderFailure.CutOff)]
    public async Task Failure_OfEachKind_IsTyped(string script, ProviderFailure expected)
    {
        foreach (var stream in new[] { false, true })
        {
            var model = $"{script}@typed-{stream}";
            await using var ai = AiServices.With(Upstream, new Routing.LeapingClock(), model);

            var answer = () => ai.DeliverAsync(model, stream);

            var thrown = (await answer.Should().ThrowAsync<ProviderException>()).Which;
            thrown.Failure.Should().Be(expected);
            thrown.ToString().Should().NotContainAny("love", "You wrote", "nonsense", "sk-test");
        }
    }

    [Test]
    public async Task Answer_WithoutChoices_IsABadAnswer()
    {
        await using var ai = AiServices.With(Upstream, null, "empty");

        await Failing(() => ai.OnceAsync("empty"), ProviderFailure.BadAnswer);
    }

    [Test]
    public async Task Stream_WithAFailureInside_KeepsWhatCameAndIsCutOff()
    {
        await using var ai = AiServices.With(Upstream, null, "error");
        var text = "";

        await Failing(
            async () =>
            {
                await foreach (var update in ai.Stream("error"))
                    text += update.Text;
            },
            ProviderFailure.CutOff);

        text.Should().NotBeEmpty();
        UpstreamCall.WordsOf(text).Should().Be((int)Upstream.Model("error").CompletionTokens);
    }

    [Test]
    public async Task Stream_WhenCutOff_HasDeliveredWhatCameBefore()
    {
        await using var ai = AiServices.With(Upstream, null, "cut-clean@partial");
        var text = "";

        await Failing(
            async () =>
            {
                await foreach (var update in ai.Stream("cut-clean@partial"))
                    text += update.Text;
            },
            ProviderFailure.CutOff);

        UpstreamCall.WordsOf(text).Should().Be((int)Upstream.Model("cut-clean@partial").CompletionTokens).And.BePositive();
    }

    [Test]
    public async Task RateLimit_WhenItsWaitIsLong_IsToldAndNotRetried()
    {
        await using var ai = AiServices.With(Upstream, new Routing.LeapingClock(), "status-429-after-30@once");

        var thrown = await Failing(() => ai.OnceAsync("status-429-after-30@once"), ProviderFailure.RateLimited);

        thrown.RetryAfter.Should().Be(TimeSpan.FromSeconds(30));
        Upstream.Model("status-429-after-30@once").Calls.Should().ContainSingle();
    }

    [Test]
    public async Task Provider_WhenNobodyListens_IsRefused()
    {
        using var nobody = LoopbackPort.Refusing();
        await using var ai = new AiServices(AiServices.Provider(0, "nobody", new Uri($"http://{nobody.LocalEndPoint}/v1"), "m"), new Routing.LeapingClock());

        await Failing(() => ai.OnceAsync("m"), ProviderFailure.Refused);
    }

    private static async Task<ProviderException> Failing(Func<Task> call, ProviderFailure expected)
    {
        var thrown = (await call.Should().ThrowAsync<ProviderException>()).Which;
        thrown.Failure.Should().Be(expected);
        return thrown;
    }
}
