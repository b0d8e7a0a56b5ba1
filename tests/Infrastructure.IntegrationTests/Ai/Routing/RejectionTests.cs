using CleanLlm.Application.Ai;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai.Routing;

/// <summary>A request is told to be wrong, which clients take as final, only when all candidates have said so.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class RejectionTests
{
    private static readonly TestCaseData[] Passing =
    [
        new(Failures.Status(503), ProviderFailure.Refused),
        new(Failures.Status(429), ProviderFailure.RateLimited),
        new(new TimeoutException(), ProviderFailure.Timeout),
        new(Failures.CutOff(), ProviderFailure.CutOff),
    ];

    private static readonly Exception[] Unsuited =
    [
        Failures.Status(400),
        Failures.Status(404),
        new ProviderException(ProviderFailure.Unsupported, "Scripted."),
    ];

    [TestCaseSource(nameof(Passing))]
    public async Task Call_WhenOneFailsAndTheOtherRejectsIt_IsToldTheFailure(Exception failure, ProviderFailure told)
    {
        foreach (var (first, second) in new[] { ("0", "1"), ("1", "0") })
        {
            await using var routed = new RoutedServices(2, null, ("a:Priority", first), ("b:Priority", second));
            routed.A.Failing(() => failure);
            routed.B.Failing(() => Failures.Status(400));

            await routed.FailAsync(told, stream: false);

            routed.B.Calls.Should().Be(1);
            routed.A.Calls.Should().BePositive();
        }
    }

    [Test]
    public async Task Call_WhenItsModelFailsAndTheFallbackRejectsIt_IsToldTheFailure([Values] bool stream)
    {
        await using var routed = new RoutedServices(2, null, ("a:Models:0:Fallbacks:0", "small"), ("b:Models:0:Id", "small"));
        routed.A.Failing(() => Failures.Status(503));
        routed.B.Failing(() => Failures.Status(400));

        await routed.FailAsync(ProviderFailure.Refused, stream);

        (routed.A.Calls, routed.B.Calls).Should().Be((4, 1));
    }

    [TestCaseSource(nameof(Unsuited))]
    public async Task Call_WhenOneIsLeftOutForItsFailuresAndTheOtherRejectsIt_IsToldWhenToComeBack(Exception rejection)
    {
        await using var routed = new RoutedServices(2, null, ("b:Priority", "1"));
        routed.A.Failing(Failures.Refused);
        for (var i = 0; i < 10; i++)
            await routed.AskAsync();
        routed.B.Failing(() => rejection);

        foreach (var stream in new[] { false, true })
        {
            var thrown = await routed.FailAsync(ProviderFailure.Refused, stream);
            thrown.RetryAfter.Should().BePositive().And.BeLessThanOrEqualTo(TimeSpan.FromSeconds(2));
        }

        routed.A.Calls.Should().Be(10);
        routed.B.Calls.Should().Be(12);
    }

    [Test]
    public async Task Call_WhenTheBreakerOpensMeanwhileAndTheOtherRejectsIt_IsToldWhenToComeBack()
    {
        await using var routed = new RoutedServices(2, null, ("b:Priority", "1"), ("Breaker:MinimumCalls", "2"));
        routed.A.Failing(Failures.Refused);
        routed.B.Failing(() => Failures.Status(400));

        (await routed.FailAsync(ProviderFailure.Refused)).RetryAfter.Should().BePositive("who rejected it is no use to come back for");
    }

    [Test]
    public async Task Call_WhenOneAskedToBeLeftAloneAndTheOtherRejectsIt_IsToldWhenToComeBack()
    {
        await using var routed = new RoutedServices(2, null, ("b:Priority", "1"));
        routed.A.Failing(() => Failures.RateLimited(30));
        await routed.AskAsync();
        routed.B.Failing(() => Failures.Status(400));

        (await routed.FailAsync(ProviderFailure.RateLimited)).RetryAfter.Should().Be(TimeSpan.FromSeconds(30));

        (routed.A.Calls, routed.B.Calls).Should().Be((1, 2));
    }

    [Test]
    public async Task Call_WhenOneIsFullAndTheOtherRejectsIt_IsToldWhenToComeBack()
    {
        await using var routed = new RoutedServices(2, null, ("a:MaxConcurrentCalls", "1"), ("a:MaxQueuedCalls", "0"), ("b:Priority", "1"));
        var gate = new TaskCompletionSource();
        routed.A.Before = (_, _) => gate.Task;
        routed.B.Failing(() => Failures.Status(400));
        var first = routed.AskAsync();

        (await routed.FailAsync(ProviderFailure.Refused)).RetryAfter.Should().BePositive();

        gate.SetResult();
        await first;
        (routed.A.Calls, routed.B.Calls).Should().Be((1, 1));
    }

    [Test]
    public async Task Call_WhenAllRejectIt_IsToldSo([Values] bool stream)
    {
        await using var routed = new RoutedServices(
            3, null, ("b:Priority", "1"), ("a:Models:0:Fallbacks:0", "small"), ("c:Models:0:Id", "small"));
        foreach (var client in routed.Clients)
            client.Failing(() => Failures.Status(400));

        await routed.FailAsync(ProviderFailure.Rejected, stream);

        routed.Clients.Select(client => client.Calls).Should().Equal(1, 1, 1);
        routed.Clock.Waits.Should().BeEmpty();
    }

    [Test]
    public async Task Call_WhenAllRejectItInTheEnd_IsToldSo()
    {
        await using var routed = new RoutedServices(2);
        foreach (var client in routed.Clients)
            client.Before = static (call, _) => Task.FromException(Failures.Status(call == 1 ? 503 : 400));

        await routed.FailAsync(ProviderFailure.Rejected);

        routed.Clients.Select(client => client.Calls).Should().Equal(2, 2);
    }

    [Test]
    public async Task Call_ThatOneRejectsAndTheOtherCannotCarry_IsToldTheRejection([Values("0", "2")] string priority)
    {
        await using var routed = new RoutedServices(2, null, ("a:Priority", "1"), ("b:Priority", priority));
        routed.A.Failing(() => Failures.Status(400));
        routed.B.Failing(() => new ProviderException(ProviderFailure.Unsupported, "Scripted."));

        await routed.FailAsync(ProviderFailure.Rejected);
    }

    [Test]
    public async Task Provider_WhoseRequestsWereWrong_IsHealthy()
    {
        await using var routed = new RoutedServices(1);
        await routed.AskAsync(stream: true);
        var latency = (await routed.StateAsync()).Window.Whole;

        foreach (var status in new[] { 400, 422, 409, 413 })
        {
            routed.A.Failing(() =>
            {
                routed.Clock.Advance(TimeSpan.FromSeconds(1));
                return Failures.Status(status);
            });
            for (var i = 0; i < 10; i++)
                await routed.Awaiting(r => r.AskAsync()).Should().ThrowAsync<ProviderException>();
        }

        var state = await routed.StateAsync();
        state.Should().Match<ProviderDto>(s => s.State == ProviderState.Healthy && s.LastFailure == null && s.LastFailureAt == null);
        state.Window.Should().BeEquivalentTo(new { Calls = 41, Failures = 0, Whole = latency }, "how soon it rejects says nothing about how soon it answers");
    }

    [Test]
    public async Task Provider_ThatDoesNotKnowTheModel_IsNotHealthy()
    {
        await using var routed = new RoutedServices(1);
        routed.A.Failing(() => Failures.Status(404));

        for (var i = 0; i < 10; i++)
            await routed.FailAsync(ProviderFailure.BadAnswer);

        (await routed.StateAsync()).Should().Match<ProviderDto>(s => s.State == ProviderState.Degraded && s.LastFailure == ProviderFailure.BadAnswer);
    }
}
