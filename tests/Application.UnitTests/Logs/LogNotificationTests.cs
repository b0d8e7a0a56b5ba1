using CleanLlm.Application.Logs;
using CleanLlm.Testing;

namespace CleanLlm.Application.UnitTests.Logs;

/// <summary>Entries that readers are woken for together.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class LogNotificationTests
{
    private readonly AppendLog<string> log = new();

    [Test]
    public async Task AddedEntries_WakeReadersTogether_OnNotification()
    {
        using var reader = Open();
        var waiting = reader.NextAsync();

        log.Add("a");
        log.Add("b");
        waiting.IsCompleted.Should().BeFalse("no reader is woken yet");
        log.Notify(inline: true);

        (await Woken(waiting)).Should().Equal("a", "b");
    }

    [Test]
    public async Task AddedEntries_ThatWereRead_WakeNoReaderLater()
    {
        log.Add("a");
        using var reader = Open();
        (await Woken(reader.NextAsync())).Should().Equal("a");
        log.Append("b");
        (await Woken(reader.NextAsync())).Should().Equal("b");

        var waiting = reader.NextAsync();
        log.Notify(inline: true);

        waiting.IsCompleted.Should().BeFalse("the readers were woken by the entry after it");
    }

    [Test]
    public async Task AReader_ThatHasSeenWhatWasAdded_IsNotWoken_ForNothing()
    {
        using var reader = Open();
        log.Add("a");
        (await Woken(reader.NextAsync())).Should().Equal("a");
        var waiting = reader.NextAsync();

        log.Notify(inline: true);

        waiting.IsCompleted.Should().BeFalse("an empty batch is a silence");
        log.Append("b");
        (await waiting.AsTask().WaitAsync(Patience.Limit)).Should().Equal("b");
    }

    [Test]
    public async Task AReader_ContinuesInline_IfAskedForAndCounted([Values] bool inline, [Values] bool isCounted)
    {
        using var reader = Open(isCounted: isCounted);
        var notifying = Environment.CurrentManagedThreadId;
        var isNotifying = false;
        var sawNotifying = reader.NextAsync().AsTask().ContinueWith(
            _ => Environment.CurrentManagedThreadId == notifying && isNotifying, default, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

        log.Add("a");
        isNotifying = true;
        log.Notify(inline);
        isNotifying = false;

        (await Guard(sawNotifying)).Should().Be(inline && isCounted, "the answer does not wait for a copy");
    }

    [Test]
    public void AReader_ThatContinuesInline_MayCloseAndOpenAgain()
    {
        List<string> seen = [];
        var reading = ReadAsync();

        log.Add("a");
        log.Notify(inline: true);
        log.Add("b");
        log.Notify(inline: true);

        seen.Should().Equal("a", "b");
        reading.IsCompletedSuccessfully.Should().BeTrue();

        async Task ReadAsync()
        {
            while (seen.Count < 2)
            {
                using var reader = Open(passed: seen.Count);
                // Only the log decides on which thread it continues, as in the program.
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
