using System.Threading.Tasks.Sources;

namespace CleanLlm.Application.Logs;

/// <summary>Follows an <see cref="AppendLog{T}"/> at its own pace and sees each entry once and in order. One call of <see cref="NextAsync"/> at a time.</summary>
/// <typeparam name="T">What an entry is.</typeparam>
/// <typeparam name="TBatch">What it gives of them: made within the wait, so that a reader that needs another form than the log's needs no task of its own.</typeparam>
public sealed class AppendLogReader<T, TBatch> : IValueTaskSource<TBatch>, IDisposable
{
    private readonly AppendLog<T> log;
    private readonly Func<int, ArraySegment<T>, bool, TBatch> batchOf;
    private readonly LogSignal signal;
    private readonly bool isCounted;
    private int passed;

    internal AppendLogReader(AppendLog<T> log, int passed, Func<int, ArraySegment<T>, bool, TBatch> batchOf, LogSignal signal, bool isCounted) =>
        (this.log, this.passed, this.batchOf, this.signal, this.isCounted) = (log, passed, batchOf, signal, isCounted);

    /// <summary>What came since the last call, as soon as there is something or the log has ended; an empty batch after a silence.</summary>
    /// <exception cref="OperationCanceledException">The reader's token was cancelled.</exception>
    public ValueTask<TBatch> NextAsync()
    {
        signal.Reset();
        var entries = log.Read(signal, passed, out var isLast);
        return entries.Count > 0 || isLast
            ? ValueTask.FromResult(Take(entries, isLast))
            : new ValueTask<TBatch>(this, signal.BeginWait());
    }

    /// <inheritdoc />
    public void Dispose()
    {
        log.Close(signal, isCounted);
        signal.Dispose();
    }

    TBatch IValueTaskSource<TBatch>.GetResult(short token)
    {
        signal.GetResult(token);
        return Take(log.Read(signal, passed, out var isLast), isLast);
    }

    ValueTaskSourceStatus IValueTaskSource<TBatch>.GetStatus(short token) => signal.GetStatus(token);

    void IValueTaskSource<TBatch>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        signal.OnCompleted(continuation, state, token, flags);

    private TBatch Take(ArraySegment<T> entries, bool isLast)
    {
        var before = passed;
        passed += entries.Count;
        return batchOf(before, entries, isLast);
    }
}
