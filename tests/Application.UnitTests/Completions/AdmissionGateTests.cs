using CleanLlm.Application.Completions;
using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace CleanLlm.Application.UnitTests.Completions;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class AdmissionGateTests : IDisposable
{
    private const int Places = 4;
    private const int MostWaiting = 20;

    private readonly FakeTimeProvider clock = new();
    private readonly UserId one;
    private readonly UserId other;
    private readonly AdmissionGate gate;

    public AdmissionGateTests()
    {
        (one, other) = (UserId.New(clock.GetUtcNow()), UserId.New(clock.GetUtcNow()));
        gate = new AdmissionGate(
            new FakeCompletionStore { AdmissionsAtOnce = Places },
            Options.Create(new CompletionOptions { MaxWaiting = MostWaiting, MaxWaitSeconds = 2 }),
            clock,
            NullLogger<AdmissionGate>.Instance);
    }

    public void Dispose() => gate.Dispose();

    [Test]
    public async Task AsManyAreInAsTheStoreTakes_AndTheNextComesInWhenOneLeaves()
    {
        await FillAsync();

        var next = Enter(one);
        next.IsCompleted.Should().BeFalse();
        gate.Leave();

        (await InTimeAsync(next)).Should().BeNull();
        Enter(one).IsCompleted.Should().BeFalse("its place was taken at once");
    }

    [Test]
    public async Task WhenAllWaitingPlacesAreTaken_TheNextIsRefusedAtOnce()
    {
        await FillAsync();
        Wait(one, MostWaiting);

        var refused = Enter(one);

        refused.IsCompleted.Should().BeTrue();
        (await refused).Should().Be(CompletionErrors.Overloaded);
        CompletionErrors.Overloaded.RetryAfter.Should().BePositive();
        gate.Waiting.Should().Be(MostWaiting);
    }

    [Test]
    public async Task InAnOverload_FewerMayWaitThanInABurst()
    {
        await FillAsync();
        Wait(one, 2 * Places);
        clock.Advance(TimeSpan.FromMilliseconds(501));

        (await InTimeAsync(Enter(one))).Should().Be(CompletionErrors.Overloaded);
    }

    [Test]
    public async Task OnceNoneWaits_ABurstMayComeAgain()
    {
        await FillAsync();
        var wait = Enter(one);
        for (var i = 0; i < 60; i++)
        {
            var next = Enter(one);
            clock.Advance(TimeSpan.FromMilliseconds(10));
            gate.Leave();
            await InTimeAsync(wait);
            wait = next;
        }

        gate.Leave();
        await InTimeAsync(wait);

        Wait(one, MostWaiting).Should().OnlyContain(wait => !wait.IsCompleted);
    }

    [Test]
    public async Task WhenTurnsComeSlowly_AsManyMayWaitAsAreServedInAQuarterOfTheLongestWait()
    {
        await FillAsync();
        foreach (var wait in Wait(one, 4))
        {
            clock.Advance(TimeSpan.FromMilliseconds(50));
            gate.Leave();
            await InTimeAsync(wait);
        }

        Wait(one, 10).Should().OnlyContain(wait => !wait.IsCompleted);
        (await InTimeAsync(Enter(one))).Should().Be(CompletionErrors.Overloaded);
    }

    [Test]
    public async Task APaceThatIsLongAgo_TellsNothing()
    {
        await FillAsync();
        foreach (var wait in Wait(one, 4))
        {
            clock.Advance(TimeSpan.FromMilliseconds(100));
            gate.Leave();
            await InTimeAsync(wait);
        }

        clock.Advance(TimeSpan.FromMinutes(1));

        Wait(one, MostWaiting).Should().OnlyContain(wait => !wait.IsCompleted);
    }

    [Test]
    public async Task WhoStepsOut_LeavesThePlaceToOthers_AndComesBackAheadOfThoseWhoWait()
    {
        await FillAsync();
        var next = Enter(other);
        using var place = new AdmissionPlace(gate);

        place.StepOut();
        (await InTimeAsync(next)).Should().BeNull();
        var waiting = Wait(other, 2);
        var back = place.StepInAsync(CancellationToken.None).AsTask();
        back.IsCompleted.Should().BeFalse("all places are taken");
        gate.Leave();

        (await InTimeAsync(back)).Should().BeNull();
        waiting.Should().OnlyContain(wait => !wait.IsCompleted);
        place.Dispose();
        (await InTimeAsync(waiting[0])).Should().BeNull();
        place.Dispose();
        waiting[1].IsCompleted.Should().BeFalse("a place is given back once");
    }

    [Test]
    public async Task WhoStepsOut_IsRefusedWhenTheProcessLeaves_AndGivesNothingBack()
    {
        (await InTimeAsync(Enter(one))).Should().BeNull();
        (await InTimeAsync(Enter(other))).Should().BeNull();
        using (var place = new AdmissionPlace(gate))
        {
            place.StepOut();
            var closed = gate.CloseAsync();
            (await InTimeAsync(place.StepInAsync(CancellationToken.None).AsTask())).Should().Be(CompletionErrors.Stopping);
            place.Dispose();
            closed.IsCompleted.Should().BeFalse("another one is inside");
        }

        gate.Leave();
        await gate.CloseAsync().WaitAsync(Patience.Limit);
    }

    [Test]
    public async Task WhoComesBack_DisplacesNobody_AndIsDisplacedByNobody()
    {
        await FillAsync();
        Wait(one, MostWaiting);
        using var place = new AdmissionPlace(gate);
        place.StepOut();
        var back = place.StepInAsync(CancellationToken.None).AsTask();
        Enter(other).IsCompleted.Should().BeFalse();

        gate.Leave();

        (await InTimeAsync(back)).Should().BeNull();
    }

    [Test]
    public async Task TheLongestShare_IsTheOneThatIsLongestNow()
    {
        await FillAsync();
        var third = UserId.New(clock.GetUtcNow());
        var (many, fewer) = (Wait(one, 12), Wait(other, 8));
        // Turns alternate until both have had eight.
        for (var i = 0; i < 10; i++)
            gate.Leave();
        var more = Wait(other, 10);

        Enter(third).IsCompleted.Should().BeFalse();

        (await InTimeAsync(more[^1])).Should().Be(CompletionErrors.Overloaded, "it is of the longest share by now");
        many.Should().OnlyContain(wait => !wait.IsCompleted || wait.Result == null);
        fewer.Should().OnlyContain(wait => !wait.IsCompleted || wait.Result == null);
    }

    [Test]
    public async Task WhoHasMostWaiting_GivesAPlaceUpToANewcomer_UnlessItIsTooLateForAQuickRefusal()
    {
        await FillAsync();
        var many = Wait(one, MostWaiting);

        var newcomer = Enter(other);

        newcomer.IsCompleted.Should().BeFalse();
        (await InTimeAsync(many[^1])).Should().Be(CompletionErrors.Overloaded, "the last of them gave its place up");
        gate.Waiting.Should().Be(MostWaiting);
        clock.Advance(TimeSpan.FromMilliseconds(51));
        (await InTimeAsync(Enter(new UserId(Guid.CreateVersion7())))).Should().Be(CompletionErrors.Overloaded);
    }

    [Test]
    public async Task UsersTakeTurns()
    {
        await FillAsync();
        var many = Wait(one, 3);
        var few = Wait(other, 1);

        gate.Leave();
        gate.Leave();

        (await InTimeAsync(many[0])).Should().BeNull();
        (await InTimeAsync(few[0])).Should().BeNull();
        many[1].IsCompleted.Should().BeFalse();
    }

    [Test]
    public async Task WhatNobodyWaitsFor_TakesNotTheLastPlace_AndDoesNotQueue()
    {
        for (var i = 0; i < Places - 1; i++)
            (await InTimeAsync(Enter(one))).Should().BeNull();

        (await InTimeAsync(Enter(other, isBackground: true))).Should().Be(CompletionErrors.Overloaded);
        (await InTimeAsync(Enter(other))).Should().BeNull("somebody waits for this one");
    }

    [Test]
    public async Task AWaitThatIsTooLong_IsRefused_AndItsPlaceInTheQueueIsFree()
    {
        await FillAsync();
        var wait = Enter(one);

        clock.Advance(TimeSpan.FromSeconds(2));

        (await InTimeAsync(wait)).Should().Be(CompletionErrors.Overloaded);
        gate.Waiting.Should().Be(0);
        gate.Leave();
        (await InTimeAsync(Enter(one))).Should().BeNull();
    }

    [Test]
    public async Task WhoGivesUp_WaitsNoMore()
    {
        await FillAsync();
        using var leaving = new CancellationTokenSource();
        var wait = gate.EnterAsync(one, isBackground: false, leaving.Token).AsTask();

        await leaving.CancelAsync();

        await FluentActions.Awaiting(() => InTimeAsync(wait)).Should().ThrowAsync<OperationCanceledException>();
        gate.Waiting.Should().Be(0);
        gate.Leave();
        (await InTimeAsync(Enter(one))).Should().BeNull();
    }

    [Test]
    public async Task Close_RefusesWhoWaits_AndEndsOnceThoseInsideHaveLeft()
    {
        await FillAsync();
        var waiting = Wait(one, 3);

        var closed = gate.CloseAsync();

        foreach (var wait in waiting)
            (await InTimeAsync(wait)).Should().Be(CompletionErrors.Stopping);
        (await InTimeAsync(Enter(other))).Should().Be(CompletionErrors.Stopping);
        for (var i = 0; i < Places; i++)
        {
            closed.IsCompleted.Should().BeFalse();
            gate.Leave();
        }

        await closed.WaitAsync(Patience.Limit);
    }

    [Test]
    public async Task Close_WhenNobodyIsInside_IsDone() => await gate.CloseAsync().WaitAsync(Patience.Limit);

    private async Task FillAsync()
    {
        for (var i = 0; i < Places; i++)
            (await InTimeAsync(Enter(one))).Should().BeNull();
    }

    private List<Task<Error?>> Wait(UserId user, int count) => [.. Enumerable.Range(0, count).Select(_ => Enter(user))];

    private Task<Error?> Enter(UserId user, bool isBackground = false) => gate.EnterAsync(user, isBackground, CancellationToken.None).AsTask();

    private static Task<Error?> InTimeAsync(Task<Error?> entering) => entering.WaitAsync(Patience.Limit);
}
