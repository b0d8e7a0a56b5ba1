using CleanLlm.Application.Completions.Running;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;

namespace CleanLlm.Application.Completions.Embeddings;

/// <summary>The lease of a call for embeddings. Nothing is seen of their making, so there is nothing to store but the lease.</summary>
internal sealed class EmbeddingLease(Completion completion) : ILeaseholder
{
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public CompletionId Id => completion.Id;

    public Task Ended => ended.Task;

    public DateTimeOffset CheckpointedAt { get; set; } = completion.CreatedAt;

    public CompletionCheckpoint Checkpoint(Func<string, int> count)
    {
        lock (completion)
            return completion.Linger("") with { CompletionTokens = 0 };
    }

    /// <summary>Brings the completion to its final state, which a renewal must not read half of.</summary>
    public CompletionClosing Close(Func<Completion, CompletionClosing> close)
    {
        lock (completion)
            return close(completion);
    }

    /// <summary>Its end is stored, or cannot be.</summary>
    public void End() => ended.TrySetResult();
}
