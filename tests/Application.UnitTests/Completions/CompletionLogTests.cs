using CleanLlm.Application.Completions.Log;
using CleanLlm.Domain.Completions;
using CleanLlm.Testing;
using Microsoft.Extensions.Time.Testing;

namespace CleanLlm.Application.UnitTests.Completions;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class CompletionLogTests
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);
    private static readonly CompletionFailed End = new(CompletionErrors.Interrupted);

    private readonly FakeTimeProvider clock = new();
    private readonly CompletionLog log = new();

    [Test]
    public async Task Events_AreNumberedFromOne_AndEndWithTheFinalOne()
    {
        Append("a", "b");
        log.Append(End);

        (await ReadAsync()).Should().Equal(Delta(1, "a"), Delta(2, "b"), (3, End));
    }

    [Test]
    public async Task Events_ThatAreThereAlready_ComeInOneBatch()
    {
        Append("a", "b", "c");
        await using var reader = Open();

        (await reader.NextAsync()).Should().BeEquivalentTo(new { FirstId = 1, IsLast = false, Events = new { Count = 3 } });
    }

    [Test]
    public async Task Reader_FromTheMiddle_GetsTheRest()
    {
        Append("a", "b", "c");
        log.Append(End);

        (await ReadAsync(after: 2)).Should().Equal(Delta(3, "c"), (4, End));
    }

    [TestCase(2)]
    [TestCase(99)]
    [TestCase(int.MaxValue)]
    public async Task Reader_FromTheEndOrBeyond_GetsNothingMore(int after)
    {
        Append("a");
        log.Append(End);

        (await ReadAsync(after)).Should().BeEmpty();
    }

    [TestCase(2)]
    [TestCase(99)]
    [TestCase(int.MaxValue)]
    public async Task Reader_FromBeyondWhatThereIsYet_GetsWhatComes_AndTheEnding(int after)
    {
        Append("a");
        var reading = ReadAsync(after);

        Append("b");
        log.Append(End);

        (await Guard(reading)).Should().Equal(Delta(2, "b"), (3, End));
    }

    [Test]
    public async Task Readers_EachGetEverything()
    {
        var early = ReadAsync();
        Append("a", "b");
        var late = ReadAsync();
        log.Append(End);

        (int, CompletionEvent)[] all = [Delta(1, "a"), Delta(2, "b"), (3, End)];
        (await Guard(early)).Should().Equal(all);
        (await Guard(late)).Should().Equal(all);
    }

    [Test]
    public async Task Reader_ThatWaits_IsWoken()
    {
        await using var reader = Open();
        var waiting = reader.NextAsync().AsTask();
        waiting.IsCompleted.Should().BeFalse();

        Append("a");

        (await Guard(waiting)).Events.Should().Equal(new CompletionDelta("a"));
    }

    [Test]
    public async Task Reader_AfterASilence_IsGivenAnEmptyBatch_AndNobodyElseIs()
    {
        Append("a");
        await using var reader = Open(after: 1);
        var waiting = reader.NextAsync().AsTask();
        clock.Advance(Silence / 2);
        await using var later = Open(after: 1);
        var patient = later.NextAsync().AsTask();

        clock.Advance((Silence / 2) - TimeSpan.FromTicks(1));
        waiting.IsCompleted.Should().BeFalse();
        clock.Advance(TimeSpan.FromTicks(1));

        (await Guard(waiting)).Should().BeEquivalentTo(new { FirstId = 2, IsLast = false, Events = new { Count = 0 } });
        patient.IsCompleted.Should().BeFalse("its own silence has not lasted as long");

        var second = reader.NextAsync().AsTask();
        Append("b");
        (await Guard(second)).Events.Should().Equal(new CompletionDelta("b"));
        (await Guard(patient)).FirstId.Should().Be(2);
    }

    [Test]
    public async Task Reader_ThatLeaves_LeavesTheOthersAlone()
    {
        using var leaving = new CancellationTokenSource();
        await using var gone = log.OpenReader(0, Silence, clock, leaving.Token);
        var waiting = gone.NextAsync().AsTask();
        var staying = ReadAsync();

        await leaving.CancelAsync();
        await waiting.Awaiting(Guard).Should().ThrowAsync<OperationCanceledException>();
        Append("a");
        log.Append(End);

        (await Guard(staying)).Should().HaveCount(2);
    }

    [Test]
    public async Task Audience_AreReadersFromOutside_WhileTheyRead()
    {
        await using var copying = log.Open(0, Silence, isCounted: false, clock, default);
        log.HasReaders.Should().BeFalse();

        await using (Open())
            log.HasReaders.Should().BeTrue();

        log.HasReaders.Should().BeFalse();
    }

    [Test]
    public async Task Readers_WhileAnotherThreadAppends_MissNothing()
    {
        const int events = 2000;
        var readers = Enumerable.Range(0, 8).Select(_ => Task.Run(() => ReadAsync())).ToList();
        await Task.Run(() =>
        {
            for (var i = 0; i < events; i++)
                Append("x");
            log.Append(End);
        });

        foreach (var read in await Guard(Task.WhenAll(readers)))
            read.Select(entry => entry.Id).Should().Equal(Enumerable.Range(1, events + 1));
    }

    private static (int Id, CompletionEvent Event) Delta(int id, string text) => (id, new CompletionDelta(text));

    // Real time only keeps a broken test from hanging.
    private static Task<T> Guard<T>(Task<T> task) => task.WaitAsync(Patience.Limit);

    private ICompletionReader Open(int after = 0) => log.OpenReader(after, Silence, clock, default);

    private Task<List<(int Id, CompletionEvent Event)>> ReadAsync(int after = 0) => RunnerFixture.ReadToEndAsync(Open(after));

    private void Append(params string[] texts)
    {
        foreach (var text in texts)
            log.Append(new CompletionDelta(text));
    }
}
