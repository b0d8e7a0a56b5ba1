using System.Diagnostics.Metrics;
using CleanLlm.Application.Ai;
using CleanLlm.Infrastructure.Ai.Calls;
using CleanLlm.Infrastructure.Ai.Routing;
using Microsoft.Extensions.Time.Testing;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai.Routing;

[Parallelizable(ParallelScope.All)]
internal sealed class BreakerTests
{
    [Test]
    public async Task Provider_WhenDead_IsSoonNotAskedAnyMore([Values] bool stream)
    {
        await using var routed = new RoutedServices(2, null, ("b:Priority", "1"));
        routed.A.Failing(Failures.Refused);

        for (var i = 0; i < 100; i++)
            (await routed.AskAsync(stream)).Should().Be("This is b.");

        TestContext.Out.WriteLine($"A dead provider got {routed.A.Calls} of 100 calls.");
        routed.A.Calls.Should().Be(10);
        (await routed.StateAsync()).State.Should().Be(ProviderState.Open);
    }

    [Test]
    public async Task Provider_WhenThreeInTenCallsFail_IsAskedOn()
    {
        await using var routed = new RoutedServices(1);
        routed.A.Before = static (call, _) => call % 10 is 2 or 3 or 7 ? Task.FromException(Failures.Refused()) : Task.CompletedTask;

        for (var i = 0; i < 1_000; i++)
        {
            routed.Clock.Advance(TimeSpan.FromMilliseconds(100));
            (await routed.AskAsync()).Should().Be("This is a.");
        }

        (await routed.StateAsync()).State.Should().Be(ProviderState.Degraded);
    }

    [Test]
    public async Task Provider_WhenItWorksAgain_IsTriedByOneCallAndThenByAll([Values] bool stream)
    {
        await using var routed = new RoutedServices(2, null, ("b:Priority", "1"));
        routed.A.Failing(Failures.Refused, 11);
        for (var i = 0; i < 15; i++)
            await routed.AskAsync(stream);

        routed.Clock.Advance(TimeSpan.FromSeconds(2.1));
        await routed.AskAsync(stream);
        await routed.AskAsync(stream);
        routed.A.Calls.Should().Be(11, "the one call that tried it failed, so it is left alone for twice as long");
        routed.Clock.Advance(TimeSpan.FromSeconds(2.1));
        await routed.AskAsync(stream);
        routed.A.Calls.Should().Be(11);
        routed.Clock.Advance(TimeSpan.FromSeconds(2.1));
        for (var i = 0; i < 5; i++)
            await routed.AskAsync(stream);

        routed.A.Calls.Should().Be(16);
        (await routed.StateAsync()).RetryAt.Should().BeNull();
    }

    [Test]
    public async Task Stream_ThatTriesAProvider_LetsTheOthersInOnceItHasBegun()
    {
        await using var routed = new RoutedServices(1);
        routed.A.Failing(Failures.Refused, 10);
        for (var i = 0; i < 3; i++)
            await routed.FailAsync(ProviderFailure.Refused);
        routed.Clock.Advance(TimeSpan.FromSeconds(2.1));

        await using var stream = routed.Ai.Stream("m").GetAsyncEnumerator();
        (await stream.MoveNextAsync()).Should().BeTrue();

        (await routed.AskAsync()).Should().Be("This is a.");
    }

    [Test]
    public async Task Call_WhenAllBreakersAreOpen_FailsAtOnceAndSaysWhenToComeBack()
    {
        await using var routed = new RoutedServices(1);
        routed.A.Failing(Failures.Refused);
        for (var i = 0; i < 3; i++)
            await routed.FailAsync(ProviderFailure.Refused);
        var (calls, waits) = (routed.A.Calls, routed.Clock.Waits.Count);

        var thrown = await routed.FailAsync(ProviderFailure.Refused);

        thrown.RetryAfter.Should().BePositive().And.BeLessThanOrEqualTo(TimeSpan.FromSeconds(2));
        (routed.A.Calls, routed.Clock.Waits.Count).Should().Be((calls, waits));
    }

    [Test]
    public async Task Provider_ThatAsksToBeLeftAlone_IsLeftAloneUntilThen()
    {
        await using var routed = new RoutedServices(2, null, ("b:Priority", "1"));
        routed.A.Failing(() => Failures.RateLimited(30), 1);

        for (var i = 0; i < 5; i++)
            await routed.AskAsync();
        routed.A.Calls.Should().Be(1);
        (await routed.StateAsync()).Should().Match<ProviderDto>(
            state => state.State == ProviderState.RateLimited && state.RetryAt == DateTimeOffset.UnixEpoch.AddSeconds(30));
        routed.Clock.Advance(TimeSpan.FromSeconds(30));
        await routed.AskAsync();

        routed.A.Calls.Should().Be(2);
        routed.Clock.Waits.Should().BeEmpty();
    }

    [Test]
    public async Task Provider_ThatAsksToBeLeftAloneForADay_IsLeftAloneForAMinute()
    {
        await using var routed = new RoutedServices(2, null, ("b:Priority", "1"));
        routed.A.Failing(() => Failures.RateLimited(86_400), 1);

        await routed.AskAsync();
        (await routed.StateAsync()).RetryAt.Should().Be(DateTimeOffset.UnixEpoch.AddMinutes(1));
        routed.Clock.Advance(TimeSpan.FromSeconds(59.9));
        await routed.AskAsync();
        routed.A.Calls.Should().Be(1);
        routed.Clock.Advance(TimeSpan.FromSeconds(0.2));

        (await routed.AskAsync()).Should().Be("This is a.");
    }

    [TestCase(429, true)]
    [TestCase(500, true)]
    [TestCase(503, true)]
    [TestCase(504, true)]
    [TestCase(400, false)]
    [TestCase(401, false)]
    [TestCase(403, false)]
    [TestCase(404, false)]
    public async Task RetryAfter_OfARequestThatOneCallerGotWrong_KeepsNobodyElseAway(int status, bool obeyed)
    {
        using var response = new HttpResponseMessage((System.Net.HttpStatusCode)status) { Headers = { { "Retry-After", "30" } } };
        await using var routed = new RoutedServices(1, null, ("Breaker:MinimumCalls", "100"));
        var failure = HttpFailures.Of(response, routed.Clock);
        failure.RetryAfter.Should().Be(TimeSpan.FromSeconds(30));
        routed.A.Failing(() => failure, 1);

        await routed.Awaiting(r => r.AskAsync()).Should().ThrowAsync<ProviderException>();

        if (obeyed)
            await routed.Awaiting(r => r.AskAsync()).Should().ThrowAsync<ProviderException>();
        else
            (await routed.AskAsync()).Should().Be("This is a.");
        routed.A.Calls.Should().Be(obeyed ? 1 : 2);
    }

    [Test]
    public async Task Call_WhenTheOnlyProviderAsksForAShortWhile_WaitsThatLong()
    {
        await using var routed = new RoutedServices(1);
        routed.A.Failing(() => Failures.RateLimited(3), 2);

        await routed.AskAsync();

        routed.Clock.Waits.Should().Equal(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3));
    }

    [Test]
    public async Task Call_WhenTheOnlyProviderAsksForALongWhile_EndsWithIt([Values] bool stream)
    {
        await using var routed = new RoutedServices(1);
        routed.A.Failing(() => Failures.RateLimited(30));

        (await routed.FailAsync(ProviderFailure.RateLimited, stream)).RetryAfter.Should().Be(TimeSpan.FromSeconds(30));
        routed.Clock.Advance(TimeSpan.FromSeconds(10));
        (await routed.FailAsync(ProviderFailure.RateLimited, stream)).RetryAfter.Should().Be(TimeSpan.FromSeconds(20));

        routed.A.Calls.Should().Be(1);
    }

    [Test]
    public async Task Call_WhenItsProviderIsFull_GoesToTheNextAndThenQueues()
    {
        var clock = new FakeTimeProvider();
        await using var routed = new RoutedServices(2, clock, ("a:MaxConcurrentCalls", "1"), ("b:MaxConcurrentCalls", "1"), ("b:Priority", "1"));
        var gates = new[] { new TaskCompletionSource(), new TaskCompletionSource() };
        (routed.A.Before, routed.B.Before) = ((_, _) => gates[0].Task, (_, _) => gates[1].Task);

        var first = routed.AskAsync();
        var second = routed.AskAsync();
        (routed.A.Calls, routed.B.Calls).Should().Be((1, 1));
        var third = routed.AskAsync();
        var fourth = routed.AskAsync();
        (await routed.StateAsync()).Should().Match<ProviderDto>(state => state.InFlight == 1 && state.Queued == 2);

        gates[0].SetResult();
        (await first).Should().Be("This is a.");
        (await third).Should().Be("This is a.");
        (await fourth).Should().Be("This is a.");
        gates[1].SetResult();
        await second;
    }

    [Test]
    public async Task Call_WhenNoPlaceComesFreeInTime_IsRefusedAndSaysWhenToComeBack()
    {
        var clock = new FakeTimeProvider();
        await using var routed = new RoutedServices(1, clock, ("a:MaxConcurrentCalls", "1"), ("a:MaxQueuedCalls", "1"), ("a:QueueSeconds", "0.5"));
        var gate = new TaskCompletionSource();
        routed.A.Before = (_, _) => gate.Task;
        var first = routed.AskAsync();

        var queued = routed.FailAsync(ProviderFailure.Refused);
        (await routed.FailAsync(ProviderFailure.Refused)).RetryAfter.Should().BePositive("the queue is full as well");
        queued.IsCompleted.Should().BeFalse();
        clock.Advance(TimeSpan.FromSeconds(0.6));

        (await queued).RetryAfter.Should().BePositive();
        gate.SetResult();
        await first;
        routed.A.Calls.Should().Be(1);
        (await routed.StateAsync()).Should().Match<ProviderDto>(state => state.InFlight == 0 && state.Queued == 0);
    }


    [Test]
    public async Task Metrics_CountCallsFailuresRetriesAndFailOvers()
    {
        await using var routed = new RoutedServices(2, null, ("b:Priority", "1"));
        var meters = routed.Ai.Get<IMeterFactory>();
        var seen = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == RoutingMetrics.MeterName && instrument.Meter.Scope == meters)
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Add(instrument, tags));
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Add(instrument, tags));
        listener.Start();
        routed.A.Failing(Failures.Refused);
        routed.B.Failing(Failures.Refused, 1);

        await routed.AskAsync(stream: true);
        foreach (var client in routed.Clients)
            client.Failing(() => Failures.Status(400));
        await routed.FailAsync(ProviderFailure.Rejected);

        seen.Should().Equal(
            "gen_ai.client.operation.duration a refused",
            "cleanllm.ai.fail_overs b",
            "gen_ai.client.operation.duration b refused",
            "cleanllm.ai.fail_overs a",
            "gen_ai.client.operation.duration a refused",
            "cleanllm.ai.fail_overs b",
            "gen_ai.client.operation.time_to_first_chunk b",
            "gen_ai.client.operation.duration b",
            "gen_ai.client.operation.duration a rejected",
            "cleanllm.ai.fail_overs b",
            "gen_ai.client.operation.duration b rejected");

        void Add(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var byName = tags.ToArray().ToDictionary(tag => tag.Key, tag => (string?)tag.Value, StringComparer.Ordinal);
            var error = byName.GetValueOrDefault("error.type") is { } kind ? $" {kind}" : "";
            seen.Add($"{instrument.Name} {byName["gen_ai.provider.name"]}{error}");
        }
    }

    [Test]
    public async Task State_TellsCallsFailuresAndLatencies()
    {
        await using var routed = new RoutedServices(1, null, ("Retry:Rounds", "1"));
        routed.A.Before = (call, _) =>
        {
            routed.Clock.Advance(TimeSpan.FromMilliseconds(call * 10));
            return call == 20 ? Task.FromException(Failures.Refused()) : Task.CompletedTask;
        };
        for (var i = 0; i < 19; i++)
            await routed.AskAsync(stream: true);
        await routed.FailAsync(ProviderFailure.Refused);

        var state = await routed.StateAsync();

        state.Should().Match<ProviderDto>(s => s.Kind == "Custom" && s.State == ProviderState.Healthy && s.LastFailure == ProviderFailure.Refused);
        state.Models.Should().Equal("m");
        var latency = new ProviderLatencyDto(100, 190);
        state.Window.Should().BeEquivalentTo(new { Calls = 20, Failures = 1, FirstByte = latency, Whole = latency });
        routed.Clock.Advance(TimeSpan.FromMinutes(6));
        (await routed.StateAsync()).Window.Should().BeEquivalentTo(new { Calls = 0, Failures = 0, Whole = (ProviderLatencyDto?)null });
    }
}
