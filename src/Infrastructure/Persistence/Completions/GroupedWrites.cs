using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;

namespace CleanLlm.Infrastructure.Persistence.Completions;

/// <summary>
/// Writes admissions and closings in groups: what comes while a transaction is under way goes together into the next one
/// (docs/decisions/0057). No timer holds anything back, so a lone write goes at once. What is acknowledged is committed.
/// </summary>
internal sealed class GroupedWrites(IGroupWriter writer)
{
    /// <summary>How many go in one group at most: then a transaction still takes milliseconds.</summary>
    public const int MostInGroup = 64;

    /// <summary>How many admissions may wait. Closings are not refused: there are no more of them than were admitted.</summary>
    public const int MostAdmissionsWaiting = 512;

    private readonly Lock gate = new();
    private readonly List<CompletionWrite> waiting = [];
    private int admissionsWaiting;
    private int busyLanes;

    /// <summary>Writes it with the next group.</summary>
    /// <param name="write">The write.</param>
    /// <param name="ct">Ends the wait; it is written all the same.</param>
    /// <returns>What came of it; null when nothing was written of it.</returns>
    /// <exception cref="Exception">The write failed, or its outcome is unknown: the database refused it or could not be reached.</exception>
    public Task<TOutcome?> WriteAsync<TOutcome>(CompletionWrite<TOutcome> write, CancellationToken ct)
    {
        if (TryQueue(write, out var isLaneFree) && isLaneFree)
            _ = RunLaneAsync();
        return write.Ended.WaitAsync(ct);
    }

    private bool TryQueue(CompletionWrite write, out bool isLaneFree)
    {
        lock (gate)
        {
            isLaneFree = busyLanes < writer.Lanes;
            if (write is AdmissionWrite admission && !TryCount(admission))
                return false;
            waiting.Add(write);
            if (isLaneFree)
                busyLanes++;
            return true;
        }
    }

    private bool TryCount(AdmissionWrite admission)
    {
        if (admissionsWaiting < MostAdmissionsWaiting)
        {
            admissionsWaiting++;
            return true;
        }

        admission.Outcome = Result<IReadOnlyList<QuotaCounter>>.Failure(CompletionErrors.Overloaded);
        admission.Acknowledge();
        return false;
    }

    private async Task RunLaneAsync()
    {
        while (Next() is { } group)
            await WriteAsync(group);
    }

    // The next group, or none, with which the lane is free.
    private IReadOnlyList<CompletionWrite>? Next()
    {
        lock (gate)
        {
            if (waiting.Count == 0)
            {
                busyLanes--;
                return null;
            }

            var group = new WriteGroup();
            var left = 0;
            for (var i = 0; i < waiting.Count; i++)
            {
                var write = waiting[i];
                if (group.Count < MostInGroup && group.TryAdd(write))
                    admissionsWaiting -= write is AdmissionWrite ? 1 : 0;
                else
                    waiting[left++] = write;
            }

            waiting.RemoveRange(left, waiting.Count - left);
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
        catch (Exception fault) when (writer.IsOfSome(fault))
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
            // Its counters are asked for what it wants, and no more for what its group wanted.
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
