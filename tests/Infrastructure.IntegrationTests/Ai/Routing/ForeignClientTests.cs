using CleanLlm.Application.Ai;
using CleanLlm.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai.Routing;

/// <summary>Clients that are not ours are held to the time limits of their provider, even when they do not listen to their token.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class ForeignClientTests
{
    [Test]
    public async Task Client_ThatNeverAnswers_TimesOut([Values] bool stream)
    {
        var clock = new FakeTimeProvider();
        await using var routed = new RoutedServices(1, clock, ("a:FirstByteTimeoutSeconds", "5"));
        routed.A.Before = static (_, _) => new TaskCompletionSource().Task;

        var deaf = routed.FailAsync(ProviderFailure.Timeout, stream);
        clock.Advance(TimeSpan.FromSeconds(4.9));
        deaf.IsCompleted.Should().BeFalse();
        clock.Advance(TimeSpan.FromSeconds(1));

        await deaf.WaitAsync(Patience.Limit);
        (await routed.StateAsync()).Should().Match<ProviderDto>(state => state.InFlight == 0 && state.LastFailure == ProviderFailure.Timeout);
    }

    [Test]
    public async Task Stream_ThatFallsSilent_TimesOut_AfterWhatItSaid()
    {
        var clock = new FakeTimeProvider();
        await using var routed = new RoutedServices(1, clock, ("a:IdleTimeoutSeconds", "5"));
        routed.A.Within = static (_, _) => new TaskCompletionSource().Task;
        var updates = StreamOf(routed);
        (await updates.MoveNextAsync()).Should().BeTrue();

        var next = updates.MoveNextAsync().AsTask();
        clock.Advance(TimeSpan.FromSeconds(4.9));
        next.IsCompleted.Should().BeFalse();
        clock.Advance(TimeSpan.FromSeconds(1));
        clock.Advance(TimeSpan.FromSeconds(5));

        (await next.Awaiting(n => n.WaitAsync(Patience.Limit)).Should().ThrowAsync<ProviderException>()).Which.Failure.Should().Be(ProviderFailure.Timeout);
        await updates.DisposeAsync().AsTask().WaitAsync(Patience.Limit);
        (await routed.StateAsync()).Should().Match<ProviderDto>(state => state.InFlight == 0 && state.LastFailure == ProviderFailure.Timeout);
    }

    [Test]
    public async Task Stream_ThatGoesOnForEver_EndsWithTheTimeOfTheWholeCall()
    {
        var clock = new FakeTimeProvider();
        await using var routed = new RoutedServices(1, clock, ("a:TimeoutSeconds", "60"), ("a:IdleTimeoutSeconds", "50"));
        // It speaks, but not in the time that is left.
        routed.A.Within = static (_, _) => new TaskCompletionSource().Task;
        var updates = StreamOf(routed);
        (await updates.MoveNextAsync()).Should().BeTrue();

        clock.Advance(TimeSpan.FromSeconds(40));
        var next = updates.MoveNextAsync().AsTask();
        clock.Advance(TimeSpan.FromSeconds(19));
        next.IsCompleted.Should().BeFalse();
        clock.Advance(TimeSpan.FromSeconds(2));

        (await next.Awaiting(n => n.WaitAsync(Patience.Limit)).Should().ThrowAsync<ProviderException>()).Which.Failure.Should().Be(ProviderFailure.Timeout);
        await updates.DisposeAsync().AsTask().WaitAsync(Patience.Limit);
    }

    [Test]
    public async Task Client_ThatDoesNotListen_IsLeftAtOnceByACallerWhoLeaves([Values] bool stream)
    {
        await using var routed = new RoutedServices(1);
        routed.A.Before = static (_, _) => new TaskCompletionSource().Task;
        using var leaving = new CancellationTokenSource();

        var deaf = routed.AskAsync(stream, ct: leaving.Token);
        await leaving.CancelAsync();

        await deaf.Awaiting(d => d.WaitAsync(Patience.Limit)).Should().ThrowAsync<OperationCanceledException>();
        (await routed.StateAsync()).InFlight.Should().Be(0);
    }

    [Test]
    public async Task Stream_ThatComesToItselfTooLate_IsClosedThen()
    {
        var clock = new FakeTimeProvider();
        await using var routed = new RoutedServices(1, clock, ("a:FirstByteTimeoutSeconds", "5"));
        var gate = new TaskCompletionSource();
        routed.A.Before = (_, _) => gate.Task;

        var deaf = routed.FailAsync(ProviderFailure.Timeout, stream: true);
        clock.Advance(TimeSpan.FromSeconds(6));
        await deaf.WaitAsync(Patience.Limit);
        routed.A.Closed.IsCompleted.Should().BeFalse();
        gate.SetResult();

        await routed.A.Closed.WaitAsync(Patience.Limit);
    }

    private static IAsyncEnumerator<ChatResponseUpdate> StreamOf(RoutedServices routed) =>
        routed.Ai.Chat.GetStreamingResponseAsync(Ask.Messages, new ChatOptions { ModelId = "m" }).GetAsyncEnumerator();
}
