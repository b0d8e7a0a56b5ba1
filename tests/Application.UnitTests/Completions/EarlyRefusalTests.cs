using CleanLlm.Application.Completions;
using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Application.Completions.Embeddings;
using CleanLlm.Domain.Completions;
using CleanLlm.Testing;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>What cannot be answered now is refused before anything of it is stored, and what is admitted ends before the process has left.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class EarlyRefusalTests : IDisposable
{
    private readonly RunnerFixture fixture = new();
    private readonly CompletionDeparture departure;

    public EarlyRefusalTests() => departure = new CompletionDeparture(fixture.Gate, fixture.Running);

    public void Dispose() => fixture.Dispose();

    [Test]
    public async Task WithoutAPlaceAtAnyProvider_NothingIsStored()
    {
        fixture.Places = (Any: false, AnyBackground: false);

        var refused = await fixture.StartAsync(fixture.Ask());

        refused.Error.Should().Be(ProviderErrors.NoPlace);
        ProviderErrors.NoPlace.Should().BeEquivalentTo(new { Code = "provider.unavailable", RetryAfter = TimeSpan.FromSeconds(1) });
        fixture.Store.Demands.Should().BeEmpty();
    }

    [Test]
    public async Task WhatTheCacheMayAnswer_NeedsNoPlace()
    {
        fixture.Places = (Any: false, AnyBackground: false);
        fixture.Model.Says("kept").Ends();

        (await fixture.CompleteAsync(fixture.Ask() with { Cache = true })).IsSuccess.Should().BeTrue();
    }

    [Test]
    public async Task ACallThatNobodyWaitsFor_LeavesTheLastPlace()
    {
        fixture.Places = (Any: true, AnyBackground: false);

        (await fixture.StartAsync(fixture.Ask() with { IsBackground = true })).Error.Should().Be(ProviderErrors.NoPlace);
    }

    [Test]
    public async Task Leaving_LetsRunsFinish_AndRefusesFurtherOnes()
    {
        fixture.Model.Says("Hel");
        var run = (await fixture.StartAsync(fixture.Ask() with { Stream = true })).Value;

        var left = departure.LeaveAsync(CancellationToken.None);

        (await fixture.StartAsync(fixture.Ask())).Error.Should().Be(CompletionErrors.Stopping);
        left.IsCompleted.Should().BeFalse();
        fixture.Model.Says("lo!").Ends();
        (await RunnerFixture.EndOfAsync(run)).Value.Message!.Content.Should().Be("Hello!");
        await left.WaitAsync(Patience.Limit);
    }

    [Test]
    public async Task Leaving_WaitsForWhatIsBeingAdmitted_AndForWhatBecomesOfIt()
    {
        var admitting = new TaskCompletionSource();
        fixture.OnPlan = () => admitting.Task;
        var starting = fixture.StartAsync(fixture.Ask() with { Stream = true });

        var left = departure.LeaveAsync(CancellationToken.None);
        await Waits.GiveAChanceAsync();
        left.IsCompleted.Should().BeFalse("a request is inside");
        admitting.SetResult();
        var run = (await starting.WaitAsync(Patience.Limit)).Value;
        await Waits.GiveAChanceAsync();
        left.IsCompleted.Should().BeFalse("it has become a run");

        fixture.Model.Says("Hello!").Ends();
        (await RunnerFixture.EndOfAsync(run)).IsSuccess.Should().BeTrue();
        await left.WaitAsync(Patience.Limit);
    }

    [Test]
    public async Task Leaving_EndsWhatRuns_AlsoWhileARequestIsBeingAdmitted()
    {
        var run = (await fixture.StartAsync(fixture.Ask() with { Stream = true })).Value;
        var admitting = new TaskCompletionSource();
        fixture.OnPlan = () => admitting.Task;
        var starting = fixture.StartAsync(fixture.Ask());

        var left = departure.LeaveAsync(CancellationToken.None);
        fixture.Clock.Advance(TimeSpan.FromSeconds(fixture.Value.DrainSeconds));

        (await RunnerFixture.EndOfAsync(run)).Error.Should().Be(CompletionErrors.Interrupted);
        admitting.SetResult();
        await starting.WaitAsync(Patience.Limit);
        await left.WaitAsync(Patience.Limit);
    }

    [Test]
    public async Task Leaving_LetsACallForVectorsFinish()
    {
        var completion = Completion.Start(
            new CompletionStart(fixture.UserId, Turn: null, RunnerFixture.Small, Prompt: "", PromptTokens: 1, Findings: [], Store: false), fixture.Clock.GetUtcNow());
        var lease = new EmbeddingLease(completion);
        fixture.Running.Hold(lease);

        var left = departure.LeaveAsync(CancellationToken.None);
        await Waits.GiveAChanceAsync();
        left.IsCompleted.Should().BeFalse();

        lease.End();
        fixture.Running.Release(lease);
        await left.WaitAsync(Patience.Limit);
        fixture.Running.Stopping.IsCancellationRequested.Should().BeFalse();
    }

    [Test]
    public async Task AnEarlyFailure_IsWaitedForOnly_UntilAProviderWasAskedOrTheCacheMayAnswer([Values] bool isAsked)
    {
        var run = (await fixture.StartAsync(fixture.Ask() with { Stream = true, Temperature = 0, Cache = !isAsked })).Value;
        run.Call.Served = isAsked ? RunnerFixture.Small : null;
        (run.Call.Cache is null).Should().Be(isAsked);

        run.UnaskedFailureAsync(CancellationToken.None).AsTask().IsCompletedSuccessfully.Should().BeTrue();
        run.Cancel();
    }

    [Test]
    public async Task AStreamThatWasAsked_HasNoEarlyFailure_AndOneThatFoundNoPlaceHas()
    {
        var asked = (await fixture.StartAsync(fixture.Ask() with { Stream = true })).Value;
        var failure = asked.UnaskedFailureAsync(CancellationToken.None).AsTask();
        failure.IsCompleted.Should().BeFalse("it may still wait for a place");
        asked.Call.Served = RunnerFixture.Small;
        (await failure.WaitAsync(Patience.Limit)).Should().BeNull();

        using var full = new RunnerFixture();
        full.Model.Throws(new Application.Ai.ProviderException(Application.Ai.ProviderFailure.Refused, "full"));
        var unasked = (await full.StartAsync(full.Ask() with { Stream = true })).Value;
        (await unasked.UnaskedFailureAsync(CancellationToken.None).AsTask().WaitAsync(Patience.Limit))!.Code.Should().Be("provider.unavailable");
    }
}
