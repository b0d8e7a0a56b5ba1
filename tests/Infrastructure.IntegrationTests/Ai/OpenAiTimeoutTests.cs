using CleanLlm.Application.Ai;
using CleanLlm.Testing.Upstream;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai;

/// <summary>The limits are 100 s for a call, 40 s until its first byte, 20 s between two.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class OpenAiTimeoutTests
{
    private static ScriptedUpstream Upstream => UpstreamFixture.Upstream;

    [Test]
    public async Task Headers_WhenLaterThanTheFirstByteLimit_TimeOutOnce([Values] bool stream)
    {
        var model = $"hang@first-{stream}";
        var clock = new FakeTimeProvider();
        await using var ai = AiServices.With(Upstream, clock, model);

        var answer = ai.DeliverAsync(model, stream);
        await Upstream.Model(model).CallsReachAsync(1);
        clock.Advance(TimeSpan.FromSeconds(39));
        answer.IsCompleted.Should().BeFalse();
        clock.Advance(TimeSpan.FromSeconds(2));

        await TimingOut(answer);
        await Upstream.Model(model).AbandonedReachAsync(1);
        Upstream.Model(model).Calls.Should().ContainSingle("a slow call is not made slower by another");
    }

    [Test]
    public async Task Stream_WhenSilentForLongerThanTheIdleLimit_TimesOut()
    {
        var clock = new FakeTimeProvider();
        await using var ai = AiServices.With(Upstream, clock, "stall@idle");
        await using var updates = ai.Stream("stall@idle").GetAsyncEnumerator();
        var next = await ReadHalfAsync(updates, "stall@idle");

        clock.Advance(TimeSpan.FromSeconds(19));
        next.IsCompleted.Should().BeFalse();
        clock.Advance(TimeSpan.FromSeconds(2));
        clock.Advance(TimeSpan.FromSeconds(20));

        await TimingOut(next);
        await Upstream.Model("stall@idle").AbandonedReachAsync(1);
    }

    [Test]
    public async Task Stream_WhenItsReaderIsSlow_DoesNotTimeOut()
    {
        var clock = new FakeTimeProvider();
        await using var ai = AiServices.With(Upstream, clock, "ok@reader");
        await using var updates = ai.Stream("ok@reader").GetAsyncEnumerator();
        (await updates.MoveNextAsync()).Should().BeTrue();

        clock.Advance(TimeSpan.FromSeconds(45));
        clock.Advance(TimeSpan.FromSeconds(45));

        while (await updates.MoveNextAsync())
        {
        }
    }

    [Test]
    public async Task Stream_WhenLongerThanTheWholeLimit_TimesOut()
    {
        var clock = new FakeTimeProvider();
        await using var ai = AiServices.With(Upstream, clock, "stall@total");
        await using var updates = ai.Stream("stall@total").GetAsyncEnumerator();
        (await updates.MoveNextAsync()).Should().BeTrue();

        for (var i = 0; i < 6; i++)
            clock.Advance(TimeSpan.FromSeconds(19));

        await TimingOut(DrainAsync(updates));
    }

    [Test]
    public async Task Stream_WhenItGoesOnInTime_IsWhole()
    {
        var clock = new FakeTimeProvider();
        await using var ai = AiServices.With(Upstream, clock, "stall@goes-on");
        await using var updates = ai.Stream("stall@goes-on").GetAsyncEnumerator();
        var next = await ReadHalfAsync(updates, "stall@goes-on");

        clock.Advance(TimeSpan.FromSeconds(15));
        Upstream.Release("stall@goes-on");

        (await next).Should().BeTrue();
        await DrainAsync(updates);
        Upstream.Model("stall@goes-on").CompletionTokens.Should().Be(UpstreamCall.WordsOf(UpstreamAnswers.Of(3)));
    }

    [Test]
    public async Task Document_WhenItsGateOpensInTime_IsWhole()
    {
        await using var ai = AiServices.With(Upstream, new FakeTimeProvider(), "slow");

        var answer = ai.OnceAsync("slow");
        await Upstream.Model("slow").CallsReachAsync(1);
        answer.IsCompleted.Should().BeFalse();
        Upstream.Release("slow");

        (await answer).Text.Should().Be(UpstreamAnswers.Of(3));
    }

    private static async Task<Task<bool>> ReadHalfAsync(IAsyncEnumerator<ChatResponseUpdate> updates, string model)
    {
        var half = UpstreamCall.WordsOf(UpstreamAnswers.Of(3)) / 2;
        for (var i = 0; i < half; i++)
            (await updates.MoveNextAsync()).Should().BeTrue();
        Upstream.Model(model).CompletionTokens.Should().Be(half);
        return updates.MoveNextAsync().AsTask();
    }

    private static async Task<bool> DrainAsync(IAsyncEnumerator<ChatResponseUpdate> updates)
    {
        while (await updates.MoveNextAsync())
        {
        }

        return true;
    }

    private static async Task TimingOut(Task call) =>
        (await call.Invoking(c => c).Should().ThrowAsync<ProviderException>()).Which.Failure.Should().Be(ProviderFailure.Timeout);
}
