using CleanLlm.Application.Prompting;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Testing;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.UnitTests.Prompting;

internal sealed class CountingGateTests
{
    private static readonly UserId Ada = UserId.New(DateTimeOffset.UnixEpoch);
    private static readonly UserId Ben = UserId.New(DateTimeOffset.UnixEpoch);
    private static readonly UserId Cyd = UserId.New(DateTimeOffset.UnixEpoch);

    [Test]
    public async Task Enter_WhenAnotherCountsManyPrompts_ComesAfterOneOfThem()
    {
        var gate = Gate(atOnce: 1);
        var running = await NowAsync(gate.EnterAsync(Ada, default));
        var (second, third) = (gate.EnterAsync(Ada, default), gate.EnterAsync(Ada, default));
        var other = gate.EnterAsync(Ben, default);

        running.Dispose();
        var ofOther = await NowAsync(other);
        second.IsCompleted.Should().BeFalse();
        ofOther.Dispose();
        var ofSecond = await NowAsync(second);
        third.IsCompleted.Should().BeFalse();
        ofSecond.Dispose();
        (await NowAsync(third)).Dispose();

        gate.Waiting.Should().Be(0);
    }

    [Test]
    public async Task Enter_LetsOneUserCountOnePromptAtATime_AlsoWhenThereIsRoomForMore()
    {
        var gate = Gate(atOnce: 2);
        var running = await NowAsync(gate.EnterAsync(Ada, default));
        var second = gate.EnterAsync(Ada, default);

        await NowAsync(gate.EnterAsync(Ben, default));
        second.IsCompleted.Should().BeFalse();
        running.Dispose();
        await NowAsync(second);
    }

    [Test]
    public async Task Enter_WhenTooManyOfOneUserWait_RefusesThatUserOnly()
    {
        var gate = Gate(atOnce: 1, waitingOfOne: 2, waiting: 100);
        await NowAsync(gate.EnterAsync(Ada, default));
        _ = gate.EnterAsync(Ada, default);
        _ = gate.EnterAsync(Ada, default);

        (await gate.EnterAsync(Ada, default)).Error.Should().Be(CompletionErrors.PromptsBusy);
        gate.EnterAsync(Ben, default).IsCompleted.Should().BeFalse();
    }

    [Test]
    public async Task Enter_WhenTooManyWait_IsRefused_WhoeverAsks()
    {
        var gate = Gate(atOnce: 1, waitingOfOne: 100, waiting: 1);
        await NowAsync(gate.EnterAsync(Ada, default));
        _ = gate.EnterAsync(Ben, default);

        (await gate.EnterAsync(Cyd, default)).Error.Should().Be(CompletionErrors.PromptsBusy);
    }

    [Test]
    public async Task Enter_WhenItsCallerLeaves_GivesThePlaceToTheNext()
    {
        using var leaving = new CancellationTokenSource();
        var gate = Gate(atOnce: 1, waitingOfOne: 1, waiting: 1);
        var running = await NowAsync(gate.EnterAsync(Ada, default));
        var left = gate.EnterAsync(Ben, leaving.Token);

        await leaving.CancelAsync();
        await left.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();
        gate.Waiting.Should().Be(0);
        var next = gate.EnterAsync(Cyd, default);
        running.Dispose();
        await NowAsync(next);
    }

    [Test]
    public async Task ATurn_ThatIsGivenBackTwice_LetsOneFollow()
    {
        var gate = Gate(atOnce: 1);
        var running = await NowAsync(gate.EnterAsync(Ada, default));
        var (next, last) = (gate.EnterAsync(Ben, default), gate.EnterAsync(Cyd, default));

        running.Dispose();
        running.Dispose();
        await NowAsync(next);
        last.IsCompleted.Should().BeFalse();
    }

    private static async Task<IDisposable> NowAsync(Task<Result<IDisposable>> turn) => (await turn.WaitAsync(Patience.Limit)).Value;

    private static CountingGate Gate(int atOnce, int waitingOfOne = 8, int waiting = 64) => new(Options.Create(
        new PromptingOptions { LargeAtOnce = atOnce, LargeWaitingOfOne = waitingOfOne, LargeWaiting = waiting }));
}
