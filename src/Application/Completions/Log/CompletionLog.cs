using CleanLlm.Application.Logs;

namespace CleanLlm.Application.Completions.Log;

/// <summary>
/// The append-only event log of one completion. Appending never waits; any number of readers follow at their own pace,
/// each from the start or from after a known event, so a slow or lost connection costs the answer nothing. A run adds its pieces first and wakes readers
/// then; they may continue on its thread until they wait.
/// </summary>
public sealed class CompletionLog
{
    private readonly AppendLog<CompletionEvent> events = new();
    private long size;

    /// <summary>About how much memory it takes, in bytes.</summary>
    public long Size => Interlocked.Read(ref size);

    /// <summary>Whether a reader other than the server's own copy is open.</summary>
    internal bool HasReaders => events.HasReaders;

    /// <summary>Whether the event of an id, or one before it, ended it.</summary>
    internal bool IsEndedBy(int id) => events.HasEnded && id >= events.Entries.Count;

    /// <summary>Adds an event; its id is its place, counted from 1.</summary>
    public void Append(CompletionEvent entry)
    {
        // First, so that the ending is counted before a reader sees it.
        Interlocked.Add(ref size, entry.Size);
        events.Append(entry, entry.IsEnding);
    }

    /// <summary>Adds an event that does not end the answer. <see cref="Notify"/> wakes the readers, so that pieces that arrive together are sent together.</summary>
    internal void Add(CompletionEvent entry)
    {
        Interlocked.Add(ref size, entry.Size);
        events.Add(entry);
    }

    /// <summary>Wakes the readers that have not seen all events yet.</summary>
    /// <param name="inline">Whether they continue on this thread: the caller is about to wait.</param>
    internal void Notify(bool inline) => events.Notify(inline);

    /// <summary>Reads the events after <paramref name="after"/> as they come, until the one that ends the completion.</summary>
    /// <param name="after">The id of the last event already seen; 0 for all. One that is not there yet counts as the last that is.</param>
    /// <param name="patience">After how long a silence the reader is given an empty batch.</param>
    /// <param name="clock">Measures the silence.</param>
    /// <param name="ct">Ends this reader only.</param>
    public ICompletionReader OpenReader(int after, TimeSpan patience, TimeProvider clock, CancellationToken ct) =>
        Open(after, patience, isCounted: true, clock, ct);

    // No reader was given an id beyond the end; a request with one still gets what comes, and the ending.
    internal ICompletionReader Open(int after, TimeSpan patience, bool isCounted, TimeProvider clock, CancellationToken ct) => new CompletionLogReader(events.Open(
        after, static (passed, entries, isLast) => new EventBatch(passed + 1, entries, isLast), patience, clock, isCounted, ct));
}
