using System.Runtime.CompilerServices;

namespace CleanLlm.Application.Completions;

/// <summary>
/// The append-only event log of one completion. The run appends and never waits; any number of readers follow at their own pace,
/// each from the start or from after a known event, so a slow or lost connection costs the answer nothing.
/// </summary>
public sealed class CompletionLog
{
    private readonly Lock gate = new();
    private readonly List<CompletionEvent> events = [];
    private TaskCompletionSource? appended;
    private bool ended;

    /// <summary>Adds an event; its id is its place, counted from 1.</summary>
    public void Append(CompletionEvent entry)
    {
        TaskCompletionSource? waiting;
        lock (gate)
        {
            events.Add(entry);
            ended |= entry is CompletionFinished or CompletionFailed;
            (waiting, appended) = (appended, null);
        }

        waiting?.SetResult();
    }

    /// <summary>Reads the events after <paramref name="after"/> as they come, until the one that ends the completion.</summary>
    /// <param name="after">The id of the last event already seen; 0 for all.</param>
    /// <param name="heartbeat">After how long a silence an entry without an event is given, so that the reader can show it is alive.</param>
    /// <param name="clock">Measures the silence.</param>
    /// <param name="ct">Ends this reader only.</param>
    public async IAsyncEnumerable<CompletionLogEntry> ReadAsync(
        int after, TimeSpan heartbeat, TimeProvider clock, [EnumeratorCancellation] CancellationToken ct)
    {
        // One timer a reader, not one a wait: it wakes the reader now and then, who finds nothing new and says so.
        await using var timer = clock.CreateTimer(_ => Wake(), state: null, heartbeat, heartbeat);
        for (var next = after; ;)
        {
            var (entry, wait, done) = Look(next);
            if (entry is not null)
            {
                yield return new CompletionLogEntry(++next, entry);
                continue;
            }

            if (done)
                yield break;

            await wait!.WaitAsync(ct);
            if (Look(next) is { Event: null, Done: false })
                yield return new CompletionLogEntry(next, Event: null);
        }
    }

    private (CompletionEvent? Event, Task? Wait, bool Done) Look(int next)
    {
        lock (gate)
        {
            if (next < events.Count)
                return (events[next], null, false);
            if (ended)
                return (null, null, true);
            appended ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return (null, appended.Task, false);
        }
    }

    private void Wake()
    {
        TaskCompletionSource? waiting;
        lock (gate)
            (waiting, appended) = (appended, null);
        waiting?.SetResult();
    }
}

/// <summary>An event and its id, or a sign of life without an event.</summary>
/// <param name="Id">The place of the event in the log, from 1; of the last one before a sign of life.</param>
/// <param name="Event">What happened; null for a sign of life.</param>
public readonly record struct CompletionLogEntry(int Id, CompletionEvent? Event);
