using System.Threading.Tasks.Sources;

namespace CleanLlm.Application.Completions.Log;

/// <summary>
/// A reader of a log in this process. It is the source of its own tasks, and one timer and one registration last for its life,
/// so waiting for the next event allocates nothing.
/// </summary>
internal sealed class CompletionLogReader : ICompletionReader, IValueTaskSource<EventBatch>
{
    private readonly CompletionLog log;
    private readonly ITimer timer;
    private readonly CancellationTokenRegistration leaving;
    private readonly CancellationToken ct;

    // Continuations on the thread pool: whoever appends holds the log's lock.
    private ManualResetValueTaskSourceCore<bool> source = new() { RunContinuationsAsynchronously = true };
    private bool isWaiting;
    private int next;

    public CompletionLogReader(CompletionLog log, int after, TimeSpan patience, bool isCounted, TimeProvider clock, CancellationToken ct)
    {
        (this.log, this.ct, next, IsCounted) = (log, ct, after, isCounted);
        timer = clock.CreateTimer(static state => ((CompletionLogReader)state!).WakeUp(), this, patience, patience);
        leaving = ct.UnsafeRegister(static state => ((CompletionLogReader)state!).WakeUp(), this);
    }

    /// <summary>Whether it reads for a caller.</summary>
    public bool IsCounted { get; }

    public ValueTask<EventBatch> NextAsync()
    {
        ct.ThrowIfCancellationRequested();
        return log.TryRead(next, this, out var batch)
            ? ValueTask.FromResult(Take(batch))
            : new ValueTask<EventBatch>(this, source.Version);
    }

    public async ValueTask DisposeAsync()
    {
        log.Close(this);
        await leaving.DisposeAsync();
        await timer.DisposeAsync();
    }

    /// <summary>The log, under its lock: from now on an event wakes it.</summary>
    public void BeginWait()
    {
        source.Reset();
        isWaiting = true;
        // Cancelled between its last look and now, when no reader was waiting.
        if (ct.IsCancellationRequested)
            Wake();
    }

    /// <summary>The log, under its lock: there is something to see.</summary>
    public void Wake()
    {
        if (!isWaiting)
            return;
        isWaiting = false;
        source.SetResult(true);
    }

    EventBatch IValueTaskSource<EventBatch>.GetResult(short token)
    {
        source.GetResult(token);
        ct.ThrowIfCancellationRequested();
        return Take(log.Read(next));
    }

    ValueTaskSourceStatus IValueTaskSource<EventBatch>.GetStatus(short token) => source.GetStatus(token);

    void IValueTaskSource<EventBatch>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        source.OnCompleted(continuation, state, token, flags);

    private void WakeUp() => log.Wake(this);

    private EventBatch Take(EventBatch batch)
    {
        next = batch.FirstId - 1 + batch.Events.Count;
        return batch;
    }
}
