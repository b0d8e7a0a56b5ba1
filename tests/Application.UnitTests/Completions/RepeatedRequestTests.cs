using CleanLlm.Application.Callers;
using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Testing;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>Requests with an <c>Idempotency-Key</c>.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class RepeatedRequestTests : IDisposable
{
    private readonly RunnerFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    [Test]
    public async Task ARepetition_WhileTheFirstRuns_IsTheSameCompletion()
    {
        fixture.Model.Says("Hel");
        var first = (await fixture.Runner.StartAsync(Ask("key", "body"), default)).Value;

        var second = (await fixture.Runner.StartAsync(Ask("key", "body"), default)).Value;

        second.Should().BeEquivalentTo(new { first.Id, IsReplay = true });
        var outcome = fixture.Feed.OutcomeAsync(second, default);
        outcome.IsCompleted.Should().BeFalse();
        fixture.Model.Says("lo").Ends();
        (await outcome.WaitAsync(Patience.Limit)).Value.Message!.Content.Should().Be("Hello");
        fixture.Model.Calls.Should().ContainSingle();
    }

    [Test]
    public async Task ARepetition_WithAnotherBody_IsRefused()
    {
        fixture.Model.Says("Hel");
        await fixture.Runner.StartAsync(Ask("key", "body"), default);

        (await fixture.Runner.StartAsync(Ask("key", "other body"), default)).Error.Should().Be(CompletionErrors.KeyReused);
    }

    [TestCase(ApiKeyScopes.ChatsWrite, false, false)]
    [TestCase(ApiKeyScopes.ChatsWrite, true, true)]
    [TestCase(ApiKeyScopes.Completions, false, true)]
    public async Task ARepetition_ByAnApiKey_IsShownOnlyWhatTheKeyReaches(ApiKeyScopes scopes, bool asked, bool shown)
    {
        fixture.Model.Says("Hel");
        await fixture.Runner.StartAsync(Ask("key", "body"), default);
        fixture.Key = new ApiKeyAccess(ApiKeyId.New(fixture.Clock.GetUtcNow()), fixture.UserId, scopes, Limit: null);
        fixture.AskedInChatWith = asked ? fixture.Key.Id : null;

        var repeated = await fixture.Runner.StartAsync(Ask("key", "body"), default);

        repeated.Error.Should().Be(shown ? null : CompletionErrors.KeyReused);
        fixture.Model.Calls.Should().ContainSingle();
    }

    [Test]
    public async Task AnotherKey_IsAnotherCompletion()
    {
        fixture.Model.Says("Hel");

        var first = (await fixture.Runner.StartAsync(Ask("one", "body"), default)).Value;
        var second = (await fixture.Runner.StartAsync(Ask("two", "body"), default)).Value;

        second.Id.Should().NotBe(first.Id);
        second.IsReplay.Should().BeFalse();
    }

    [Test]
    public async Task ARepetition_OfWhatUsedUpTheQuota_IsNotRefused()
    {
        fixture.Plan = RunnerFixture.PlanOf([new PlanLimit(QuotaMetric.Requests, QuotaWindow.Day, 1)]);
        fixture.Model.Says("Hello").Ends();
        await fixture.Runner.StartAsync(Ask("key", "body"), default);
        fixture.Store.Used = 1;

        (await fixture.Runner.StartAsync(Ask("key", "body"), default)).Value.IsReplay.Should().BeTrue();
        (await fixture.Runner.StartAsync(Ask("new", "body"), default)).Error!.Code.Should().Be("quota.exceeded");
    }

    [Test]
    public async Task ARepetition_RefusedForWhatTheFirstHasJustTaken_JoinsTheFirst()
    {
        fixture.Plan = RunnerFixture.PlanOf([new PlanLimit(QuotaMetric.Requests, QuotaWindow.Day, 1)]);
        fixture.Model.Says("Hel");
        StartedCompletion? first = null;
        // Between the first look of the second request and its admission.
        fixture.OnPlan = async () =>
        {
            fixture.OnPlan = null;
            first = (await fixture.Runner.StartAsync(Ask("key", "body"), default)).Value;
            fixture.Store.Used = 1;
        };

        var second = (await fixture.Runner.StartAsync(Ask("key", "body"), default)).Value;

        second.Should().BeEquivalentTo(new { first!.Id, IsReplay = true });
    }

    [Test]
    public async Task ARefusedRequest_IsNotRemembered()
    {
        (await fixture.Runner.StartAsync(Ask("key", "body") with { Model = "unknown" }, default)).IsSuccess.Should().BeFalse();
        fixture.Model.Says("Hello").Ends();

        (await fixture.Runner.StartAsync(Ask("key", "body"), default)).Value.IsReplay.Should().BeFalse();
    }

    [TestCase("", false)]
    [TestCase("k", true)]
    [TestCase("a key with spaces ~!", true)]
    [TestCase("tab\t", false)]
    [TestCase("é", false)]
    public void AKey_Is1To255PrintableCharacters(string key, bool valid)
    {
        var request = new Complete("hi", null, null, null, Store: true, Cache: null, Stream: false, Repeat: new RepeatableRequest(key, default));

        new CompleteValidator().Validate(request).IsValid.Should().Be(valid);
        new CompleteValidator().Validate(request with { Repeat = new RepeatableRequest(new string('k', 256), default) }).IsValid.Should().BeFalse();
    }

    private CompletionRequest Ask(string key, string body) =>
        fixture.Ask() with { Stream = true, Repeat = new RepeatableRequest(key, System.Text.Encoding.ASCII.GetBytes(body)) };
}
