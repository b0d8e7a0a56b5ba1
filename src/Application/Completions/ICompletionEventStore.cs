using CleanLlm.Domain.Completions;

namespace CleanLlm.Application.Completions;

/// <summary>
/// Lets other instances read the event log of a completion while it runs and for a while after. It is a help, not a need:
/// without it they learn from the database how a completion ended.
/// </summary>
public interface ICompletionEventStore
{
    /// <summary>Whether there is anybody to share with; when not, nothing is ever appended.</summary>
    bool IsShared { get; }

    /// <summary>Adds events to the log, in the order of their ids; adding what is there already changes nothing.</summary>
    /// <returns>False when they could not be added and may be tried again.</returns>
    Task<bool> TryAppendAsync(CompletionId id, EventBatch batch, CancellationToken ct);

    /// <summary>Events after an id; none when there is nothing new, no such log, or nothing can be read just now.</summary>
    Task<EventBatch> ReadAsync(CompletionId id, int after, CancellationToken ct);

    /// <summary>Calls back whenever events were added by another instance, until it is disposed.</summary>
    Task<IAsyncDisposable> WatchAsync(CompletionId id, Action appended, CancellationToken ct);
}

/// <summary>One instance alone: everybody reads its memory.</summary>
internal sealed class NoSharedEvents : ICompletionEventStore, IAsyncDisposable
{
    public bool IsShared => false;

    public Task<bool> TryAppendAsync(CompletionId id, EventBatch batch, CancellationToken ct) => Task.FromResult(true);

    public Task<EventBatch> ReadAsync(CompletionId id, int after, CancellationToken ct) =>
        Task.FromResult(new EventBatch(after + 1, ArraySegment<CompletionEvent>.Empty, IsLast: false));

    public Task<IAsyncDisposable> WatchAsync(CompletionId id, Action appended, CancellationToken ct) => Task.FromResult<IAsyncDisposable>(this);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
