using CleanLlm.Application.Logs;
using CleanLlm.Testing;
using Microsoft.Extensions.Time.Testing;

namespace CleanLlm.Application.UnitTests.Logs;

/// <summary>What every log with several readers does, whatever its entries are.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class AppendLogTests
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    private readonly FakeTimeProvider clock = new();
    private readonly AppendLog<string> log = new();

    [Test]
    public async Task Readers_EachGetEverything_InOneBatchWhatIsThereAlready()
    {
        log.Append(["a", "b"]);
        using var early = Open();
        using var late = Open(passed: 1);

        (await Woken(early.NextAsync())).Should().BeEquivalentTo(new Batch(0, ["a", "b"], IsLast: false));
        log.Append("c", isLast: true);

        (await Woken(early.NextAsync())).Should().BeEquivalentTo(new Batch(2, ["c"], IsLast: true));
        (await Woken(late.NextAsync())).Should().BeEquivalentTo(new Batch(1, ["b", "c"], IsLast: true));
    }

    [Test]
    public async Task AReader_FromBeyondWhatThereIs_GetsWhatComes()
    {
        log.Append("a");
        using var reader = Open(passed: int.MaxValue);

        log.Append("b");

        (await Woken(reader.NextAsync())).Should().BeEquivalentTo(new Batch(1, ["b"], IsLast: false));
    }

    [Test]
    public async Task ABatch_IsTheLogsOwnArray_AndStaysWhatItWas()
    {
        log.Append(["a", "b"]);
        using var reader = log.Open(default);
        var batch = await Woken(reader.NextAsync());
        batch.Array.Should().BeSameAs(log.Entries.Array);

        for (var i = 0; i < 100; i++)
            log.Append("x");

        batch.Should().Equal("a", "b");
        log.Entries.Should().HaveCount(102).And.StartWith(["a", "b", "x"]);
    }

    [Test]
    public async Task TheEnd_WakesAReader_AndIsToldAsOftenAsItIsAskedFor()
    {
        using var reader = Open();
        var waiting = reader.NextAsync();
        waiting.IsCompleted.Should().BeFalse();

        log.End();

        log.HasEnded.Should().BeTrue();
        (await Woken(waiting)).Should().BeEquivalentTo(new Batch(0, [], IsLast: true));
        (await Woken(reader.NextAsync())).Should().BeEquivalentTo(new Batch(0, [], IsLast: true));
    }

    [Test]
    public void NothingComes_AfterTheEnd()
    {
        log.Append("a", isLast: true);

        log.Invoking(ended => ended.Append("b")).Should().Throw<InvalidOperationException>();

        log.Entries.Should().Equal("a");
    }

    [Test]
    public async Task AReader_ThatIsWoken_GoesOnElsewhere()
    {
        using var reader = Open();
        var appending = Environment.CurrentManagedThreadId;
        var isInAppend = false;
        var sawAppend = reader.NextAsync().AsTask().ContinueWith(
            _ => Environment.CurrentManagedThreadId == appending && isInAppend, default, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

        isInAppend = true;
        log.Append("a");
        isInAppend = false;

        (await Guard(sawAppend)).Should().BeFalse("whoever appends holds the lock");
    }

    [Test]
    public async Task ASilence_IsAnEmptyBatch_AndOnlyForOneWhoWaitedThroughIt()
    {
        log.Append("a");
        using var reader = Open();
        await Woken(reader.NextAsync());
        clock.Advance(Silence);

        var waiting = reader.NextAsync();
        waiting.IsCompleted.Should().BeFalse("nobody waited when the silence was over");
        clock.Advance(Silence);

        (await Woken(waiting)).Should().BeEquivalentTo(new Batch(1, [], IsLast: false));
        reader.NextAsync().AsTask().IsCompleted.Should().BeFalse("the next silence has just begun");
    }

    [Test]
    public async Task WhatWasSeenInTime_IsNoReasonForAnEmptyBatch()
    {
        using var reader = Open();
        log.Append("a");
        await Woken(reader.NextAsync());

        var waiting = reader.NextAsync();

        waiting.IsCompleted.Should().BeFalse();
        log.Append("b");
        (await Woken(waiting)).Entries.Should().Equal("b");
    }

    [Test]
    public async Task AReader_WithoutPatience_WaitsAsLongAsItTakes()
    {
        using var reader = log.Open(default);
        var waiting = reader.NextAsync();

        clock.Advance(TimeSpan.FromDays(1));
        waiting.IsCompleted.Should().BeFalse();
        log.Append("a");

        (await Woken(waiting)).Should().Equal("a");
    }

    [Test]
    public async Task AReader_WhoseTokenIsCancelled_EndsAlone([Values] bool whileItWaits)
    {
        using var leaving = new CancellationTokenSource();
        using var gone = log.Open(leaving.Token);
        using var staying = Open();
        var stays = staying.NextAsync();
        var waiting = whileItWaits ? gone.NextAsync().AsTask() : null;

        await leaving.CancelAsync();

        (await gone.Awaiting(reader => waiting is null ? Woken(reader.NextAsync()).AsTask() : Guard(waiting)).Should().ThrowAsync<OperationCanceledException>())
            .Which.CancellationToken.Should().Be(leaving.Token);
        stays.IsCompleted.Should().BeFalse();
        log.Append("a");
        (await Woken(stays)).Entries.Should().Equal("a");
    }

    [Test]
    public async Task AReader_IsCounted_WhileItReads_IfItIsToBe()
    {
        using var copying = Open(isCounted: false);
        log.HasReaders.Should().BeFalse();
        var reader = Open();
        using (log.Open(default))
            reader.Dispose();
        log.HasReaders.Should().BeFalse();

        using var other = Open();
        reader.Dispose();

        log.HasReaders.Should().BeTrue("one that has left before does not leave for another");
        log.Append("a");
        (await Woken(other.NextAsync())).Entries.Should().Equal("a");
    }

    [Test]
    public void AWait_AllocatesNothing()
    {
        // The log's own array grows to 8192 places in the first part and not in the second.
        const int rounds = 3000;
        using var reader = Open();
        Wait(5000);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Wait(rounds);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(rounds, "a byte for each would be an object for some");

        void Wait(int times)
        {
            for (var i = 0; i < times; i++)
            {
                var waiting = reader.NextAsync();
                if (waiting.IsCompleted)
                    throw new InvalidOperationException("There is nothing yet.");
                log.Append("a");
                if (waiting.GetAwaiter().GetResult().Entries.Count != 1)
                    throw new InvalidOperationException("There is one.");
            }
        }
    }

    [Test]
    public async Task Readers_WhileOneThreadAppends_AndTimePasses_MissNothing()
    {
        const int entries = 20_000;
        var reads = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            using var reader = Open();
            var passed = 0;
            while (true)
            {
                var batch = await reader.NextAsync();
                batch.Passed.Should().Be(passed);
                passed += batch.Entries.Count;
                if (batch.IsLast)
                    return passed;
            }
        })).ToList();
        await Task.Run(() =>
        {
            for (var i = 0; i < entries; i++)
            {
                log.Append("x");
                if (i % 100 == 0)
                    clock.Advance(Silence);
            }

            log.End();
        });

        (await Guard(Task.WhenAll(reads))).Should().AllBeEquivalentTo(entries);
    }

    // Real time only keeps a broken test from hanging.
    private static Task<T> Guard<T>(Task<T> task) => task.WaitAsync(Patience.Limit);

    // A wait is over as soon as it is woken; only what follows it runs elsewhere. A broken test must not wait for ever.
    private static ValueTask<T> Woken<T>(ValueTask<T> wait)
    {
        wait.IsCompleted.Should().BeTrue();
        return wait;
    }

    private AppendLogReader<string, Batch> Open(int passed = 0, bool isCounted = true) =>
        log.Open(passed, static (before, entries, isLast) => new Batch(before, entries, isLast), Silence, clock, isCounted, default);

    private readonly record struct Batch(int Passed, ArraySegment<string> Entries, bool IsLast)
    {
        public Batch(int passed, string[] entries, bool IsLast)
            : this(passed, new ArraySegment<string>(entries), IsLast)
        {
        }
    }
}
