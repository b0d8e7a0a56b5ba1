using CleanLlm.Domain.Ids;

namespace CleanLlm.Application.Completions.Log;

/// <summary>
/// Lets other instances read the event log of a completion while it runs and for a while after. It is a help, not a need:
/// without it they learn from the database how a completion ended.
/// </summary>
public interface ICompletionEventStore
{
    /// <summary>Whether there is anybody to share with; when not, nothing is ever appended.</summary>
    bool IsShared { get; }

    /// <summary>Begins the log of a completion that this instance runs.</summary>
    ICompletionEventWriter OpenWriter(CompletionId id);

    /// <summary>Events after an id; none when there is nothing new, no such log, or nothing can be read just now.</summary>
    Task<EventBatch> ReadAsync(CompletionId id, int after, CancellationToken ct);

    /// <summary>Calls back whenever events were added by another instance, until it is disposed.</summary>
    Task<IAsyncDisposable> WatchAsync(CompletionId id, Action appended, CancellationToken ct);
}

/// <summary>Adds to the shared log of one completion; one caller at a time.</summary>
public interface ICompletionEventWriter
{
    /// <summary>Adds events, in the order of their ids; adding what is there already changes nothing.</summary>
    Task<Appended> AppendAsync(EventBatch batch, CancellationToken ct);
}

/// <summary>What became of events that were to be shared.</summary>
public enum Appended
{
    /// <summary>They could not be added and may be tried again.</summary>
    Nowhere,

    /// <summary>They are there; no other instance follows the log now.</summary>
    Unwatched,

    /// <summary>They are there, and a reader waits for more.</summary>
    Watched,
}

/// <summary>One instance alone: everybody reads its memory.</summary>
internal sealed class NoSharedEvents : ICompletionEventStore, IAsyncDisposable
{
    public bool IsShared => false;

    public ICompletionEventWriter OpenWriter(CompletionId id) => throw new NotSupportedException("There is no other instance to share with.");

    public Task<EventBatch> ReadAsync(CompletionId id, int after, CancellationToken ct) =>
        Task.FromResult(new EventBatch(after + 1, ArraySegment<CompletionEvent>.Empty, IsLast: false));

    public Task<IAsyncDisposable> WatchAsync(CompletionId id, Action appended, CancellationToken ct) => Task.FromResult<IAsyncDisposable>(this);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
