using CleanLlm.Application.Ai;
using CleanLlm.Testing.Upstream;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai.Routing;

/// <summary>What is tried again against a real server.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class RetryTests
{
    private static ScriptedUpstream Upstream => UpstreamFixture.Upstream;

    [TestCase("flaky-503-2", 3)]
    [TestCase("flaky-500-1", 2)]
    [TestCase("flaky-408-2", 3)]
    [TestCase("flaky-429-2", 3)]
    [TestCase("flaky-504-3", 4)]
    [TestCase("reset-2", 3)]
    public async Task Call_WhenItFailsAtMostThriceBeforeItsHeaders_Succeeds(string script, int calls)
    {
        foreach (var stream in new[] { false, true })
        {
            var model = $"{script}@retry-{stream}";
            await using var ai = AiServices.With(Upstream, new LeapingClock(), model);

            var answer = await ai.DeliverAsync(model, stream);

            answer.Text.Should().Be(UpstreamAnswers.Of(3));
            Upstream.Model(model).Calls.Should().HaveCount(calls);
        }
    }

    [TestCase("status-503", 4, 4)]
    [TestCase("status-429", 4, 4)]
    [TestCase("reset-9", 4, 4)]
    [TestCase("status-400", 1, 1)]
    [TestCase("status-401", 1, 1)]
    [TestCase("malformed", 1, 1)]
    [TestCase("cut-off", 4, 1)]
    [TestCase("cut-clean", 4, 1)]
    [TestCase("huge", 1, 1)]
    public async Task Call_WhenItKeepsFailing_IsTriedThisOften(string script, int whole, int streamed)
    {
        foreach (var stream in new[] { false, true })
        {
            var model = $"{script}@tries-{stream}";
            await using var ai = AiServices.With(Upstream, new LeapingClock(), model);

            await ai.Invoking(a => a.DeliverAsync(model, stream)).Should().ThrowAsync<ProviderException>();

            Upstream.Model(model).Calls.Count.Should().Be(stream ? streamed : whole, "{0} streamed: {1}", script, stream);
        }
    }

    [Test]
    public async Task Retry_WhenToldWhen_WaitsThatLong()
    {
        var clock = new LeapingClock();
        await using var ai = AiServices.With(Upstream, clock, "flaky-429-2@told");

        await ai.OnceAsync("flaky-429-2@told");

        clock.Waits.Should().Equal(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    [Test]
    public async Task Retry_WhenNotTold_WaitsLittle()
    {
        var clock = new LeapingClock();
        await using var ai = AiServices.With(Upstream, clock, "flaky-503-2@little");

        await ai.OnceAsync("flaky-503-2@little");

        clock.Waits.Should().HaveCount(2).And.OnlyContain(wait => wait < TimeSpan.FromSeconds(1));
    }
}
