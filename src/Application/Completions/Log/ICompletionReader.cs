namespace CleanLlm.Application.Completions.Log;

/// <summary>Follows one completion's event log at its own pace; wherever the log is kept, a reader sees each event once and in order.</summary>
public interface ICompletionReader : IAsyncDisposable
{
    /// <summary>
    /// The events that came since the last call, as soon as there is one; none after a silence, so that the caller can look at
    /// other things and show that it is alive.
    /// </summary>
    /// <exception cref="OperationCanceledException">The reader's token was cancelled.</exception>
    ValueTask<EventBatch> NextAsync();
}

/// <summary>Events that follow each other in a completion's log.</summary>
/// <param name="FirstId">The id of the first one; each further one's is higher by one.</param>
/// <param name="Events">The events; none after a silence.</param>
/// <param name="IsLast">Whether nothing comes after them.</param>
public readonly record struct EventBatch(int FirstId, ArraySegment<CompletionEvent> Events, bool IsLast);
