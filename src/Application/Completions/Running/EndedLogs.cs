using CleanLlm.Application.Completions.Log;
using CleanLlm.Domain.Ids;

namespace CleanLlm.Application.Completions.Running;

/// <summary>
/// Keeps the logs of completions that have ended for a while, for readers that come back. What they take is bounded: beyond it the
/// oldest goes, and its readers are told the ending from the database.
/// </summary>
internal sealed class EndedLogs(long maxBytes, TimeProvider clock)
{
    /// <summary>How long a log can be read after its end.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromMinutes(10);

    private readonly Lock gate = new();
    private readonly Dictionary<CompletionId, LinkedListNode<Kept>> logs = [];
    private readonly LinkedList<Kept> byAge = [];
    private long bytes;

    public CompletionLog? Find(CompletionId id, UserId user)
    {
        lock (gate)
            return logs.TryGetValue(id, out var node) && node.Value.User == user ? node.Value.Log : null;
    }

    public void Add(CompletionRun run)
    {
        lock (gate)
        {
            var node = new LinkedListNode<Kept>(new Kept(run.Id, run.UserId, run.Log, run.Log.Size, clock.GetTimestamp()));
            if (!logs.TryAdd(run.Id, node))
                return;
            byAge.AddLast(node);
            bytes += node.Value.Size;
        }

        Sweep();
    }

    public void Remove(CompletionId id)
    {
        lock (gate)
        {
            if (logs.TryGetValue(id, out var node))
                Drop(node);
        }
    }

    /// <summary>Forgets what is too old or too much.</summary>
    public void Sweep()
    {
        lock (gate)
        {
            while (byAge.First is { } oldest && (bytes > maxBytes || clock.GetElapsedTime(oldest.Value.EndedAt) >= Retention))
                Drop(oldest);
        }
    }

    private void Drop(LinkedListNode<Kept> node)
    {
        logs.Remove(node.Value.Id);
        byAge.Remove(node);
        bytes -= node.Value.Size;
    }

    private sealed record Kept(CompletionId Id, UserId User, CompletionLog Log, long Size, long EndedAt);
}
