namespace CleanLlm.Application.Logs;

/// <summary>
/// An append-only log in memory with any number of readers. Appending never waits; each reader follows at its own pace, from the start
/// or from later on, and is woken when there is more.
/// </summary>
/// <typeparam name="T">What an entry is; once appended, it does not change.</typeparam>
public sealed class AppendLog<T>
{
    private readonly Lock gate = new();

    // Replaced when a reader comes or goes, so that readers are woken outside the lock.
    private Follower[] readers = [];
    private T[] entries = new T[8];
    private int count;
    private int counted;
    private bool ended;

    /// <summary>Whether nothing more comes.</summary>
    public bool HasEnded
    {
        get
        {
            lock (gate)
                return ended;
        }
    }

    /// <summary>Whether a reader is open that counts.</summary>
    public bool HasReaders
    {
        get
        {
            lock (gate)
                return counted > 0;
        }
    }

    /// <summary>All that is there, in the log's own array: nothing is copied.</summary>
    public ArraySegment<T> Entries
    {
        get
        {
            lock (gate)
                return new ArraySegment<T>(entries, 0, count);
        }
    }

    /// <summary>Adds an entry and wakes the readers.</summary>
    /// <param name="entry">What to add.</param>
    /// <param name="isLast">Whether nothing comes after it.</param>
    public void Append(T entry, bool isLast = false)
    {
        lock (gate)
        {
            Put(entry);
            ended = isLast;
            WakeReaders();
        }
    }

    /// <summary>Adds an entry without waking the readers: they see it after <see cref="Notify"/>, or after the next entry that wakes them.</summary>
    public void Add(T entry)
    {
        lock (gate)
        {
            Put(entry);
        }
    }

    /// <summary>Wakes the readers that have not been given all entries yet.</summary>
    /// <param name="inline">
    /// Whether counted readers continue on the caller's thread until they wait again: the caller holds no lock and is about to wait itself.
    /// The others continue on the thread pool.
    /// </param>
    public void Notify(bool inline)
    {
        // Outside the lock, which a reader that continues here takes itself.
        foreach (var (signal, isCounted) in Volatile.Read(ref readers))
        {
            bool waits;
            lock (gate)
                waits = signal.Given < count && signal.TryRaise();
            if (waits)
                signal.EndWait(inline && isCounted);
        }
    }

    /// <summary>Adds several at once.</summary>
    public void Append(IEnumerable<T> several)
    {
        lock (gate)
        {
            foreach (var entry in several)
                Put(entry);
            WakeReaders();
        }
    }

    /// <summary>Nothing more comes.</summary>
    public void End()
    {
        lock (gate)
        {
            ended = true;
            WakeReaders();
        }
    }

    /// <summary>Opens a reader that is given an empty batch after a silence.</summary>
    /// <param name="passed">How many entries it has seen already; more than there are count as all there are.</param>
    /// <param name="batchOf">What it is given of the entries: how many came before them, they themselves, and whether nothing comes after them.</param>
    /// <param name="patience">How long a silence is.</param>
    /// <param name="clock">Measures it.</param>
    /// <param name="isCounted">Whether it is one of those that <see cref="HasReaders"/> asks for.</param>
    /// <param name="ct">Ends this reader only.</param>
    public AppendLogReader<T, TBatch> Open<TBatch>(
        int passed, Func<int, ArraySegment<T>, bool, TBatch> batchOf, TimeSpan patience, TimeProvider clock, bool isCounted, CancellationToken ct) =>
        Open(passed, batchOf, new LogSignal(patience, clock, ct), isCounted);

    /// <summary>Opens a reader from the start that waits as long as it takes: an empty batch is the end.</summary>
    public AppendLogReader<T, ArraySegment<T>> Open(CancellationToken ct) =>
        Open(passed: 0, static (_, entries, _) => entries, new LogSignal(ct), isCounted: true);

    /// <summary>What comes after the first <paramref name="passed"/> entries. What an entry once is it stays, so readers are given the array itself.</summary>
    internal ArraySegment<T> Read(LogSignal reader, int passed, out bool isLast)
    {
        lock (gate)
        {
            reader.Given = count;
            isLast = ended;
            return new ArraySegment<T>(entries, passed, count - passed);
        }
    }

    internal void Close(LogSignal reader, bool isCounted)
    {
        lock (gate)
        {
            var left = Array.FindAll(readers, follower => follower.Signal != reader);
            if (left.Length < readers.Length && isCounted)
                counted--;
            readers = left;
        }
    }

    private AppendLogReader<T, TBatch> Open<TBatch>(int passed, Func<int, ArraySegment<T>, bool, TBatch> batchOf, LogSignal signal, bool isCounted)
    {
        lock (gate)
        {
            readers = [.. readers, new Follower(signal, isCounted)];
            if (isCounted)
                counted++;
            return new AppendLogReader<T, TBatch>(this, Math.Min(passed, count), batchOf, signal, isCounted);
        }
    }

    private void Put(T entry)
    {
        if (ended)
            throw new InvalidOperationException("The log has ended.");
        if (count == entries.Length)
            Array.Resize(ref entries, count * 2);
        entries[count++] = entry;
    }

    private void WakeReaders()
    {
        foreach (var (signal, _) in readers)
            signal.Raise();
    }

    private readonly record struct Follower(LogSignal Signal, bool IsCounted);
}
