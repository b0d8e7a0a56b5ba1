using CleanLlm.Application.Ai;
using CleanLlm.Infrastructure.Ai.Routing;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai.Routing;

/// <summary>What one model of a provider fails by does not close the others; what the provider fails by closes them all.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class ModelStateTests
{
    private static readonly TestCaseData[] OfOneModel =
    [
        new(Failures.RateLimited(30)),
        new(Failures.Status(429)),
        new(Failures.Status(500)),
        new(Failures.Status(503)),
        new(Failures.Status(403)),
        new(Failures.CutOff()),
        new(new TimeoutException()),
        new(new ProviderException(ProviderFailure.BadAnswer, "Scripted.")),
    ];

    private static readonly TestCaseData[] OfTheProvider =
    [
        new(Failures.Refused()),
        new(Failures.Status(401)),
        new(Failures.Status(402)),
        new(new System.Net.Sockets.SocketException()),
        new(new HttpRequestException("Scripted.")),
        new(new ProviderException(ProviderFailure.Timeout, "Scripted.") { IsUnconnected = true }),
    ];

    [TestCaseSource(nameof(OfOneModel))]
    public async Task Model_ThatFails_LeavesItsSiblingsOpen(Exception failure)
    {
        await using var routed = TwoModels();
        routed.A.FailureOf = model => model == "m" ? failure : null;

        for (var i = 0; i < 30; i++)
            await routed.Awaiting(r => r.AskAsync()).Should().ThrowAsync<ProviderException>();
        var calls = routed.A.Calls;

        calls.Should().BeLessThanOrEqualTo(10, "the model is closed or paused");
        for (var i = 0; i < 20; i++)
            (await routed.AskAsync(model: "n", stream: i % 2 == 0)).Should().Be("This is a.");
        routed.A.Calls.Should().Be(calls + 20);
        var state = await routed.StateAsync();
        state.State.Should().Be(ProviderState.Degraded);
        state.RetryAt.Should().BeNull();
        state.ModelStates.Single(m => m.Model == "m").Should().Match<ProviderModelDto>(
            m => (m.State == ProviderState.Open || m.State == ProviderState.RateLimited) && m.LastFailure != null && m.RetryAt > routed.Clock.GetUtcNow());
        state.ModelStates.Single(m => m.Model == "n").Should().Match<ProviderModelDto>(m => m.State == ProviderState.Healthy && m.LastFailure == null && m.RetryAt == null);
    }

    [TestCaseSource(nameof(OfTheProvider))]
    public async Task Provider_ThatCannotBeReachedOrRefusesOurKey_IsClosedForAllModels(Exception failure)
    {
        await using var routed = TwoModels(("Retry:Rounds", "1"));
        routed.A.FailureOf = model => model == "m" ? failure : null;

        for (var i = 0; i < 30; i++)
            await routed.Awaiting(r => r.AskAsync()).Should().ThrowAsync<ProviderException>();

        routed.A.Calls.Should().Be(10);
        (await routed.Awaiting(r => r.AskAsync(model: "n")).Should().ThrowAsync<ProviderException>()).Which.RetryAfter.Should().BePositive();
        routed.A.Calls.Should().Be(10);
        (await routed.StateAsync()).Should().Match<ProviderDto>(state => state.State == ProviderState.Open && state.RetryAt != null);
    }

    [Test]
    public async Task Provider_ThatCanBeReachedAgain_IsTriedByOneCallOfAnyModel()
    {
        await using var routed = TwoModels(("Retry:Rounds", "1"));
        routed.A.FailureOf = _ => Failures.Refused();
        for (var i = 0; i < 12; i++)
            await routed.Awaiting(r => r.AskAsync()).Should().ThrowAsync<ProviderException>();
        routed.A.FailureOf = _ => null;

        routed.Clock.Advance(TimeSpan.FromSeconds(2.1));

        (await routed.AskAsync(model: "n")).Should().Be("This is a.");
        (await routed.AskAsync()).Should().Be("This is a.");
        (await routed.StateAsync()).RetryAt.Should().BeNull();
    }

    [Test]
    public async Task Trial_OfAProvider_IsNotSpentOnAModelThatIsClosed()
    {
        await using var routed = TwoModels(("Retry:Rounds", "1"));
        routed.A.FailureOf = model => model == "m" ? Failures.Status(500) : Failures.Refused();
        for (var i = 0; i < 12; i++)
            await routed.Awaiting(r => r.AskAsync()).Should().ThrowAsync<ProviderException>();
        routed.Clock.Advance(TimeSpan.FromSeconds(2.1));
        await routed.Awaiting(r => r.AskAsync()).Should().ThrowAsync<ProviderException>("its trial fails, and it is closed for twice as long");
        for (var i = 0; i < 12; i++)
            await routed.Awaiting(r => r.AskAsync(model: "n")).Should().ThrowAsync<ProviderException>();
        (await routed.StateAsync()).State.Should().Be(ProviderState.Open);
        routed.A.FailureOf = _ => null;
        routed.Clock.Advance(TimeSpan.FromSeconds(2.1));

        await routed.Awaiting(r => r.AskAsync()).Should().ThrowAsync<ProviderException>();

        (await routed.AskAsync(model: "n")).Should().Be("This is a.");
    }

    [Test]
    public async Task Provider_WhoseModelsAreAllPaused_IsPaused()
    {
        await using var routed = TwoModels();
        routed.A.FailureOf = model => Failures.RateLimited(model == "m" ? 40 : 20);

        foreach (var model in new[] { "m", "n" })
            await routed.Awaiting(r => r.AskAsync(model: model)).Should().ThrowAsync<ProviderException>();

        (await routed.StateAsync()).Should().Match<ProviderDto>(
            state => state.State == ProviderState.RateLimited && state.RetryAt == DateTimeOffset.UnixEpoch.AddSeconds(20));
    }

    [Test]
    public async Task Fallback_AtTheSameProvider_AnswersForAModelThatIsPaused()
    {
        await using var routed = TwoModels(("a:Models:0:Fallbacks:0", "n"));
        routed.A.FailureOf = model => model == "m" ? Failures.RateLimited(30) : null;

        for (var i = 0; i < 5; i++)
            (await routed.AskAsync()).Should().Be("This is a.");

        routed.A.Calls.Should().Be(6, "the paused model was asked once");
        routed.Clock.Waits.Should().BeEmpty();
    }

    [Test]
    public async Task States_AreKeptForABoundedNumberOfModels()
    {
        await using var routed = new RoutedServices(1);
        var provider = routed.Ai.Get<ProviderPool>()["a"];
        var paused = provider.Models.Of("paused");
        paused.Pause(TimeSpan.FromMinutes(1));

        for (var i = 0; i < 3 * ModelStates.Kept; i++)
            provider.Models.Of($"model-{i}");

        provider.Models.All.Count().Should().BeLessThanOrEqualTo(ModelStates.Kept);
        provider.Models.Of("paused").Should().BeSameAs(paused, "what is paused stays so");
    }

    [Test]
    public async Task Request_ThatFitsNoWindowButTheFallbacks_IsAnsweredThere_AndSpeaksAgainstNobody()
    {
        await using var routed = TwoModels(("a:Models:0:Fallbacks:0", "n"));
        routed.A.FailureOf = model => model == "m" ? new ProviderException(ProviderFailure.ContextTooLong, "Scripted.") { Status = 400 } : null;

        for (var i = 0; i < 30; i++)
            (await routed.AskAsync()).Should().Be("This is a.");

        routed.A.Calls.Should().Be(60);
        (await routed.StateAsync()).Should().Match<ProviderDto>(state => state.State == ProviderState.Healthy && state.LastFailure == null);
    }

    [TestCase(ProviderFailure.ContextTooLong)]
    [TestCase(ProviderFailure.ContentFiltered)]
    [TestCase(ProviderFailure.RequestTooLarge)]
    [TestCase(ProviderFailure.InvalidImage)]
    [TestCase(ProviderFailure.UnsupportedParameter)]
    [TestCase(ProviderFailure.ValueTooLong)]
    [TestCase(ProviderFailure.ModelNotFound)]
    public async Task Request_ThatNoneTakes_IsToldWhy(ProviderFailure failure)
    {
        await using var routed = new RoutedServices(3, null, ("b:Priority", "1"), ("c:Priority", "2"));
        routed.A.Failing(() => new ProviderException(failure, "Scripted.") { Status = 400 });
        routed.B.Failing(() => Failures.Status(404));
        routed.Clients[2].Failing(() => new ProviderException(ProviderFailure.Unsupported, "Scripted."));

        (await routed.Awaiting(r => r.AskAsync()).Should().ThrowAsync<ProviderException>()).Which.Failure.Should().Be(failure);
        routed.Clients.Select(client => client.Calls).Should().Equal(1, 1, 1);
    }

    private static RoutedServices TwoModels(params (string Name, string Value)[] settings) =>
        new(1, null, [("a:Models:1:Id", "n"), .. settings]);
}
