using CleanLlm.Application.Completions.Log;
using CleanLlm.Domain.Results;

namespace CleanLlm.WebApi.Streaming;

/// <summary>A reader that may look how a completion begins before anything is written of it.</summary>
internal sealed class PeekingReader(ICompletionReader reader) : ICompletionReader
{
    private readonly Queue<EventBatch> seen = [];

    public ValueTask<EventBatch> NextAsync() => seen.TryDequeue(out var batch) ? ValueTask.FromResult(batch) : reader.NextAsync();

    public ValueTask DisposeAsync() => reader.DisposeAsync();

    /// <summary>Waits for the first piece of the answer, or for as many silences of the reader.</summary>
    /// <returns>Why it failed before it said anything; null when it did not, or has not yet.</returns>
    public async Task<Error?> EarlyFailureAsync(int silences)
    {
        // Counted and not timed: a reader's timer ticks a little too soon for the time to be over, and then once more.
        while (silences > 0)
        {
            var batch = await reader.NextAsync();
            seen.Enqueue(batch);
            if (batch.Events.FirstOrDefault(entry => entry is not CompletionStarted) is { } first)
                return first is CompletionFailed failed ? failed.Error : null;
            if (batch.Events.Count == 0)
                silences--;
        }

        return null;
    }
}
