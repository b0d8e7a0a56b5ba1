using CleanLlm.Application.Ai;
using CleanLlm.Testing;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai.Routing;

[Parallelizable(ParallelScope.All)]
internal sealed class FailOverTests
{
    [Test]
    public async Task Call_WhenOneProviderFails_GoesToTheNextAtOnce([Values] bool stream)
    {
        await using var routed = new RoutedServices(2, null, ("b:Priority", "1"));
        routed.A.Failing(Failures.Refused);
        var call = new RoutedCall { Candidates = await routed.CandidatesAsync() };

        (await routed.AskAsync(stream, call)).Should().Be("This is b.");

        call.Served!.Provider.Should().Be("b");
        routed.Clock.Waits.Should().BeEmpty();
        (routed.A.Calls, routed.B.Calls).Should().Be((1, 1));
    }

    [Test]
    public async Task Call_WhenAllFail_GoesAroundAgainAfterGrowingWaits([Values] bool stream)
    {
        await using var routed = new RoutedServices(2);
        routed.A.Failing(Failures.Refused, 3);
        routed.B.Failing(Failures.Refused, 3);

        await routed.AskAsync(stream);

        (routed.A.Calls + routed.B.Calls).Should().Be(7);
        routed.Clock.Waits.Should().HaveCount(3).And.BeInAscendingOrder();
        routed.Clock.Waits.Select((wait, i) => wait / TimeSpan.FromMilliseconds(200 * Math.Pow(2, i)))
            .Should().OnlyContain(jitter => jitter >= 0.5 && jitter <= 1.5);
    }

    [Test]
    public async Task Call_WhenNobodyEverAnswers_EndsTypedAfterItsRounds([Values] bool stream)
    {
        await using var routed = new RoutedServices(2);
        routed.A.Failing(Failures.Refused);
        routed.B.Failing(Failures.Refused);

        await routed.FailAsync(ProviderFailure.Refused, stream);

        (routed.A.Calls, routed.B.Calls).Should().Be((4, 4));
    }

    [Test]
    public async Task Call_WhenItsTimeIsNearlyUp_DoesNotWaitForAnotherRound()
    {
        // Longer than the clock leaps, so that the limit of the call is never reached by itself.
        await using var routed = new RoutedServices(1, null, ("a:TimeoutSeconds", "16"), ("Retry:BackoffMilliseconds", "60000"));
        routed.A.Failing(Failures.Refused);

        await routed.FailAsync(ProviderFailure.Refused).WaitAsync(Patience.Limit);

        routed.A.Calls.Should().Be(1);
        routed.Clock.Waits.Should().BeEmpty("nobody waited");
    }

    [TestCase(400)]
    [TestCase(422)]
    public async Task Call_WhenItDoesNotSuitTheProvider_IsTriedElsewhereOnce_AndSpeaksAgainstNobody(int status)
    {
        await using var routed = new RoutedServices(2, null, ("b:Priority", "1"));
        routed.A.Failing(() => Failures.Status(status));

        (await routed.AskAsync()).Should().Be("This is b.");
        (routed.A.Calls, routed.B.Calls).Should().Be((1, 1));

        routed.B.Failing(() => Failures.Status(status));
        for (var i = 0; i < 30; i++)
            await routed.FailAsync(ProviderFailure.Rejected);
        (routed.A.Calls, routed.B.Calls).Should().Be((31, 31), "what was rejected is not asked again");
        foreach (var i in new[] { 0, 1 })
            (await routed.StateAsync(i)).State.Should().Be(ProviderState.Healthy, "the provider did what it should");
    }

    [TestCase(409)]
    public async Task Call_WhenItIsTheCallersFault_IsNotTriedElsewhere(int status)
    {
        await using var routed = new RoutedServices(2, null, ("b:Priority", "1"));
        routed.A.Failing(() => Failures.Status(status));

        for (var i = 0; i < 30; i++)
            await routed.FailAsync(ProviderFailure.BadAnswer);

        routed.B.Calls.Should().Be(0);
        (await routed.StateAsync()).State.Should().NotBe(ProviderState.Open, "the provider did what it should");
    }

    [TestCase(401)]
    [TestCase(404)]
    public async Task Call_WhenTheProviderCannotServeIt_IsTriedElsewhereOnly(int status)
    {
        await using var routed = new RoutedServices(2, null, ("b:Priority", "1"));
        routed.A.Failing(() => Failures.Status(status));
        routed.B.Failing(Failures.Refused, 2);

        (await routed.AskAsync()).Should().Be("This is b.");

        (routed.A.Calls, routed.B.Calls).Should().Be((1, 3));
    }

    [Test]
    public async Task Stream_WhenItBreaksOffAfterItsFirstPiece_IsNeverTriedAgain()
    {
        await using var routed = new RoutedServices(2, null, ("b:Priority", "1"));
        routed.A.Within = static (_, _) => Task.FromException(Failures.CutOff());
        var pieces = new List<string>();

        var reading = async () =>
        {
            await foreach (var update in routed.Ai.Stream("m"))
                pieces.Add(update.Text);
        };

        (await reading.Should().ThrowAsync<ProviderException>()).Which.Failure.Should().Be(ProviderFailure.CutOff);
        pieces.Should().ContainSingle();
        (routed.A.Calls, routed.B.Calls).Should().Be((1, 0));
        (await routed.StateAsync()).Window.FailuresByKind.Should().ContainKey(ProviderFailure.CutOff);
    }

    [Test]
    public async Task Model_WhenNoProviderOfItWorks_IsStoodInForByItsFallback([Values] bool stream)
    {
        await using var routed = new RoutedServices(
            2, null, ("a:Models:0:Fallbacks:0", "none"), ("a:Models:0:Fallbacks:1", "small"), ("b:Models:0:Id", "small"), ("b:Models:1:Id", "none"));
        routed.A.Failing(Failures.Refused);
        var call = new RoutedCall { Candidates = [.. (await routed.CandidatesAsync()).Where(model => model.Id != "none")] };

        (await routed.AskAsync(stream, call)).Should().Be("This is b.");

        (call.Served!.Id, call.Served.Provider).Should().Be(("small", "b"));
        routed.A.Calls.Should().Be(4, "a smaller model is the last resort");
        routed.B.Options.Should().ContainSingle().Which.ModelId.Should().Be("small");
    }

    [Test]
    public async Task Call_WhenItsCallerLeaves_EndsAndCountsAsNothing()
    {
        await using var routed = new RoutedServices(2);
        using var leaving = new CancellationTokenSource();
        foreach (var client in routed.Clients)
        {
            client.Before = async (_, ct) =>
            {
                await leaving.CancelAsync();
                await Task.Delay(Timeout.Infinite, ct);
            };
        }

        await routed.Awaiting(r => r.AskAsync(ct: leaving.Token)).Should().ThrowAsync<OperationCanceledException>();

        (routed.A.Calls + routed.B.Calls).Should().Be(1);
        foreach (var i in new[] { 0, 1 })
            (await routed.StateAsync(i)).Should().Match<ProviderDto>(state => state.Window.Calls == 0 && state.InFlight == 0);
    }

    private static readonly TestCaseData[] Thrown =
    [
        new(Failures.Status(503), ProviderFailure.Refused),
        new(Failures.Status(429), ProviderFailure.RateLimited),
        new(Failures.Status(504), ProviderFailure.Timeout),
        new(new HttpRequestException("Scripted."), ProviderFailure.Refused),
        new(new TimeoutException(), ProviderFailure.Timeout),
        new(new TaskCanceledException(), ProviderFailure.Timeout),
        new(new IOException(), ProviderFailure.CutOff),
        new(new System.Text.Json.JsonException(), ProviderFailure.BadAnswer),
        new(new InvalidOperationException("secret"), ProviderFailure.BadAnswer),
    ];

    [TestCaseSource(nameof(Thrown))]
    public async Task Exception_OfAClientThatIsNotOurs_IsTyped(Exception exception, ProviderFailure expected)
    {
        foreach (var stream in new[] { false, true })
        {
            await using var routed = new RoutedServices(1);
            routed.A.Failing(() => exception);

            (await routed.FailAsync(expected, stream)).ToString().Should().NotContain("secret");
            (await routed.StateAsync()).LastFailure.Should().Be(expected);
        }
    }
}
