using System.Collections.Concurrent;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Users;

namespace CleanLlm.Application.Completions;

/// <summary>
/// Keeps the logs of completions that have ended for a while, for readers that come back. What they take is bounded: beyond it the
/// oldest goes, and its readers are told the ending from the database.
/// </summary>
internal sealed class EndedLogs(long maxBytes, TimeProvider clock)
{
    /// <summary>How long a log can be read after its end.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<CompletionId, Kept> logs = new();
    private readonly ConcurrentQueue<Kept> byAge = new();
    private long bytes;

    public CompletionLog? Find(CompletionId id, UserId user) => logs.TryGetValue(id, out var kept) && kept.User == user ? kept.Log : null;

    public void Add(CompletionRun run)
    {
        var kept = new Kept(run.Id, run.UserId, run.Log, run.Log.Size, clock.GetTimestamp());
        if (!logs.TryAdd(run.Id, kept))
            return;
        byAge.Enqueue(kept);
        Interlocked.Add(ref bytes, kept.Size);
        Sweep();
    }

    public void Remove(CompletionId id)
    {
        if (logs.TryRemove(id, out var kept))
            Interlocked.Add(ref bytes, -kept.Size);
        Sweep();
    }

    /// <summary>Forgets what is too old or too much. What was removed before leaves the queue when its turn comes.</summary>
    public void Sweep()
    {
        while (byAge.TryPeek(out var oldest) && (IsGone(oldest) || IsOver(oldest)) && byAge.TryDequeue(out var kept))
        {
            if (logs.TryRemove(KeyValuePair.Create(kept.Id, kept)))
                Interlocked.Add(ref bytes, -kept.Size);
        }
    }

    private bool IsGone(Kept kept) => !logs.ContainsKey(kept.Id);

    private bool IsOver(Kept kept) => Interlocked.Read(ref bytes) > maxBytes || clock.GetElapsedTime(kept.EndedAt) >= Retention;

    private sealed record Kept(CompletionId Id, UserId User, CompletionLog Log, long Size, long EndedAt);
}
