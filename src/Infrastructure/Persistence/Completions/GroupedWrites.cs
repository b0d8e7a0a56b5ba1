namespace CleanLlm.Infrastructure.Persistence.Completions;

/// <summary>
/// Writes admissions, growths of holds and closings in groups: what arrives while a transaction is under way goes together into the next one
/// (docs/decisions/0057). No timer holds anything back, so a lone write goes at once. What is acknowledged is committed. What waits is bounded by
/// the gate of the admissions, and by what runs.
/// </summary>
internal sealed class GroupedWrites(IGroupWriter writer)
{
    /// <summary>How many go in one group at most: then a transaction still takes milliseconds.</summary>
    public const int MostInGroup = 64;

    private readonly Lock gate = new();
    private readonly List<CompletionWrite> waiting = [];
    private bool isWriting;

    /// <summary>Writes it with the next group.</summary>
    /// <param name="write">The write.</param>
    /// <param name="ct">Cancels only the wait; the write goes on.</param>
    /// <returns>What came of it; null when nothing was written of it.</returns>
    /// <exception cref="Exception">The write failed, or its outcome is unknown: the database refused it or could not be reached.</exception>
    public Task<TOutcome?> WriteAsync<TOutcome>(CompletionWrite<TOutcome> write, CancellationToken ct)
    {
        if (Queue(write))
            _ = WriteAllAsync();
        return write.Ended.WaitAsync(ct);
    }

    // True when nothing is being written, so that the caller has to begin.
    private bool Queue(CompletionWrite write)
    {
        lock (gate)
        {
            waiting.Add(write);
            var begins = !isWriting;
            isWriting = true;
            return begins;
        }
    }

    private async Task WriteAllAsync()
    {
        while (Next() is { } group)
            await WriteAsync(group);
    }

    // The next group; null when nothing waits.
    private IReadOnlyList<CompletionWrite>? Next()
    {
        lock (gate)
        {
            if (waiting.Count == 0)
            {
                isWriting = false;
                return null;
            }

            var group = new WriteGroup();
            waiting.RemoveAll(write => group.Count < MostInGroup && group.TryAdd(write));
            return group.Close();
        }
    }

    private async Task WriteAsync(IReadOnlyList<CompletionWrite> group)
    {
        try
        {
            await writer.WriteAsync(group);
            foreach (var write in group)
                write.Acknowledge();
        }
        catch (Exception fault) when (writer.CanSplit(fault))
        {
            // Each member is written alone, so that only the members at fault fail. The next group does not wait for them.
            foreach (var write in group)
                _ = WriteAloneAsync(write);
        }
        catch (Exception fault)
        {
            foreach (var write in group)
                write.Fail(fault);
        }
    }

    private async Task WriteAloneAsync(CompletionWrite write)
    {
        try
        {
            // The look for room uses this write's own amounts, not the sum of its former group.
            var alone = new WriteGroup();
            alone.TryAdd(write);
            alone.Close();
            await writer.WriteAloneAsync(write);
            write.Acknowledge();
        }
        catch (Exception fault)
        {
            write.Fail(fault);
        }
    }
}
