namespace CleanLlm.Application.Completions.Log;

/// <summary>
/// The append-only event log of one completion. The run appends and never waits; any number of readers follow at their own pace,
/// each from the start or from after a known event, so a slow or lost connection costs the answer nothing.
/// </summary>
public sealed class CompletionLog
{
    private readonly Lock gate = new();
    private readonly List<CompletionLogReader> readers = [];
    private CompletionEvent[] events = new CompletionEvent[8];
    private int count;
    private bool ended;

    /// <summary>About how much memory it takes, in bytes.</summary>
    public long Size { get; private set; }

    /// <summary>Whether anybody reads who is not there on the server's own behalf.</summary>
    internal bool HasReaders
    {
        get
        {
            lock (gate)
                return readers.Any(reader => reader.IsCounted);
        }
    }

    /// <summary>Whether the event of an id, or one before it, ended it.</summary>
    internal bool IsEndedBy(int id)
    {
        lock (gate)
            return ended && id >= count;
    }

    /// <summary>Adds an event; its id is its place, counted from 1.</summary>
    public void Append(CompletionEvent entry)
    {
        lock (gate)
        {
            if (count == events.Length)
                Array.Resize(ref events, count * 2);
            events[count++] = entry;
            ended |= entry.IsEnding;
            Size += entry.Size;
            foreach (var reader in readers)
                reader.Wake();
        }
    }

    /// <summary>Reads the events after <paramref name="after"/> as they come, until the one that ends the completion.</summary>
    /// <param name="after">The id of the last event already seen; 0 for all. One that is not there yet counts as the last that is.</param>
    /// <param name="patience">After how long a silence the reader is given an empty batch.</param>
    /// <param name="clock">Measures the silence.</param>
    /// <param name="ct">Ends this reader only.</param>
    public ICompletionReader OpenReader(int after, TimeSpan patience, TimeProvider clock, CancellationToken ct) =>
        Open(after, patience, isCounted: true, clock, ct);

    internal ICompletionReader Open(int after, TimeSpan patience, bool isCounted, TimeProvider clock, CancellationToken ct)
    {
        // Nobody was given an id beyond what there is; who sends one still gets what comes, and the ending.
        lock (gate)
            after = Math.Min(after, count);
        var reader = new CompletionLogReader(this, after, patience, isCounted, clock, ct);
        lock (gate)
            readers.Add(reader);
        return reader;
    }

    internal void Close(CompletionLogReader reader)
    {
        lock (gate)
            readers.Remove(reader);
    }

    /// <summary>What comes after an event; where that is nothing yet, the reader is made ready to wait for it.</summary>
    internal bool TryRead(int after, CompletionLogReader reader, out EventBatch batch)
    {
        lock (gate)
        {
            batch = Read(after);
            if (batch.Events.Count > 0 || batch.IsLast)
                return true;
            reader.BeginWait();
            return false;
        }
    }

    // What an element once is it stays, so readers are given the array itself.
    internal EventBatch Read(int after)
    {
        lock (gate)
            return new EventBatch(after + 1, new ArraySegment<CompletionEvent>(events, after, count - after), ended);
    }

    internal void Wake(CompletionLogReader reader)
    {
        lock (gate)
            reader.Wake();
    }
}
