using CleanLlm.Application.Completions;
using CleanLlm.Domain.Completions;
using Microsoft.Extensions.Time.Testing;

namespace CleanLlm.Application.UnitTests.Completions;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class CompletionLogTests
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);
    private static readonly CompletionFailed End = new(CompletionErrors.Interrupted);

    private readonly FakeTimeProvider clock = new();
    private readonly CompletionLog log = new();

    [Test]
    public async Task Events_AreNumberedFromOne_AndEndWithTheFinalOne()
    {
        Append("a", "b");
        log.Append(End);

        (await Read().ToListAsync()).Should().Equal(Delta(1, "a"), Delta(2, "b"), new CompletionLogEntry(3, End));
    }

    [Test]
    public async Task Reader_FromTheMiddle_GetsTheRest()
    {
        Append("a", "b", "c");
        log.Append(End);

        (await Read(after: 2).ToListAsync()).Should().Equal(Delta(3, "c"), new CompletionLogEntry(4, End));
    }

    [TestCase(2)]
    [TestCase(99)]
    public async Task Reader_FromTheEndOrBeyond_GetsNothingMore(int after)
    {
        Append("a");
        log.Append(End);

        (await Read(after).ToListAsync()).Should().BeEmpty();
    }

    [Test]
    public async Task Readers_EachGetEverything()
    {
        var early = Read().ToListAsync().AsTask();
        Append("a", "b");
        var late = Read().ToListAsync().AsTask();
        log.Append(End);

        CompletionLogEntry[] all = [Delta(1, "a"), Delta(2, "b"), new(3, End)];
        (await Guard(early)).Should().Equal(all);
        (await Guard(late)).Should().Equal(all);
    }

    [Test]
    public async Task Reader_ThatWaits_IsWoken()
    {
        await using var reader = Read().GetAsyncEnumerator();
        var waiting = reader.MoveNextAsync().AsTask();
        waiting.IsCompleted.Should().BeFalse();

        Append("a");

        (await Guard(waiting)).Should().BeTrue();
        reader.Current.Should().Be(Delta(1, "a"));
    }

    [Test]
    public async Task Reader_AfterASilence_IsGivenASignOfLife()
    {
        Append("a");
        await using var reader = Read(after: 1).GetAsyncEnumerator();
        var waiting = reader.MoveNextAsync().AsTask();

        clock.Advance(Heartbeat - TimeSpan.FromTicks(1));
        waiting.IsCompleted.Should().BeFalse();
        clock.Advance(TimeSpan.FromTicks(1));

        (await Guard(waiting)).Should().BeTrue();
        reader.Current.Should().Be(new CompletionLogEntry(1, Event: null));

        var second = reader.MoveNextAsync().AsTask();
        Append("b");
        (await Guard(second)).Should().BeTrue();
        reader.Current.Should().Be(Delta(2, "b"));
    }

    [Test]
    public async Task Reader_ThatLeaves_LeavesTheOthersAlone()
    {
        using var leaving = new CancellationTokenSource();
        var gone = log.ReadAsync(0, Heartbeat, clock, leaving.Token).ToListAsync().AsTask();
        var staying = Read().ToListAsync().AsTask();

        await leaving.CancelAsync();
        await gone.Awaiting(Guard).Should().ThrowAsync<OperationCanceledException>();
        Append("a");
        log.Append(End);

        (await Guard(staying)).Should().HaveCount(2);
    }

    [Test]
    public async Task Readers_WhileAnotherThreadAppends_MissNothing()
    {
        const int events = 2000;
        var readers = Enumerable.Range(0, 8).Select(_ => Task.Run(() => Read().ToListAsync().AsTask())).ToList();
        await Task.Run(() =>
        {
            for (var i = 0; i < events; i++)
                Append("x");
            log.Append(End);
        });

        foreach (var read in await Guard(Task.WhenAll(readers)))
            read.Select(entry => entry.Id).Should().Equal(Enumerable.Range(1, events + 1));
    }

    private static CompletionLogEntry Delta(int id, string text) => new(id, new CompletionDelta(text));

    // Real time only keeps a broken test from hanging.
    private static Task<T> Guard<T>(Task<T> task) => task.WaitAsync(TimeSpan.FromSeconds(30));

    private IAsyncEnumerable<CompletionLogEntry> Read(int after = 0) => log.ReadAsync(after, Heartbeat, clock, default);

    private void Append(params string[] texts)
    {
        foreach (var text in texts)
            log.Append(new CompletionDelta(text));
    }
}
