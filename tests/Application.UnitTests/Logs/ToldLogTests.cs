using CleanLlm.Application.Logs;
using CleanLlm.Testing;

namespace CleanLlm.Application.UnitTests.Logs;

/// <summary>Entries that readers are told of together.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ToldLogTests
{
    private readonly AppendLog<string> log = new();

    [Test]
    public async Task WhatIsAdded_IsToldTogether_WhenItIsTold()
    {
        using var reader = Open();
        var waiting = reader.NextAsync();

        log.Add("a");
        log.Add("b");
        waiting.IsCompleted.Should().BeFalse("nobody was told yet");
        log.Tell(isHere: true);

        (await Woken(waiting)).Should().Equal("a", "b");
    }

    [Test]
    public async Task WhatIsAdded_IsSeenByWhoLooks_AndWakesNobodyLater()
    {
        log.Add("a");
        using var reader = Open();
        (await Woken(reader.NextAsync())).Should().Equal("a");
        log.Append("b");
        (await Woken(reader.NextAsync())).Should().Equal("b");

        var waiting = reader.NextAsync();
        log.Tell(isHere: true);

        waiting.IsCompleted.Should().BeFalse("the entry that woke the readers told of the one before it");
    }

    [Test]
    public async Task AReader_ThatIsToldOfWhatWasAdded_GoesOnHere_IfItIsToAndCounts([Values] bool isHere, [Values] bool isCounted)
    {
        using var reader = Open(isCounted: isCounted);
        var telling = Environment.CurrentManagedThreadId;
        var isTelling = false;
        var sawTelling = reader.NextAsync().AsTask().ContinueWith(
            _ => Environment.CurrentManagedThreadId == telling && isTelling, default, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

        log.Add("a");
        isTelling = true;
        log.Tell(isHere);
        isTelling = false;

        (await Guard(sawTelling)).Should().Be(isHere && isCounted, "a copy is nothing that the answer waits for");
    }

    [Test]
    public void AReader_ThatIsToldHere_MayLeaveAndComeBack()
    {
        List<string> seen = [];
        var reading = ReadAsync();

        log.Add("a");
        log.Tell(isHere: true);
        log.Add("b");
        log.Tell(isHere: true);

        seen.Should().Equal("a", "b");
        reading.IsCompletedSuccessfully.Should().BeTrue();

        async Task ReadAsync()
        {
            while (seen.Count < 2)
            {
                using var reader = Open(passed: seen.Count);
                // Where nothing but the log says on which thread it goes on, as in the program.
                seen.AddRange(await reader.NextAsync().ConfigureAwait(false));
            }
        }
    }

    // Real time only keeps a broken test from hanging.
    private static Task<T> Guard<T>(Task<T> task) => task.WaitAsync(Patience.Limit);

    private static ValueTask<T> Woken<T>(ValueTask<T> wait)
    {
        wait.IsCompleted.Should().BeTrue();
        return wait;
    }

    private AppendLogReader<string, ArraySegment<string>> Open(int passed = 0, bool isCounted = true) =>
        log.Open(passed, static (_, entries, _) => entries, Timeout.InfiniteTimeSpan, TimeProvider.System, isCounted, default);
}
