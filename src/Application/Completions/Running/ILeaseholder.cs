using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;

namespace CleanLlm.Application.Completions.Running;

/// <summary>An admitted completion whose lease this instance renews until its end is stored.</summary>
internal interface ILeaseholder
{
    /// <summary>Identifies the completion.</summary>
    CompletionId Id { get; }

    /// <summary>Ends once its end is stored, or cannot be.</summary>
    Task Ended { get; }

    /// <summary>When its lease was last renewed.</summary>
    DateTimeOffset CheckpointedAt { get; set; }

    /// <summary>What to store of it, which renews its lease; null when nothing is to be renewed any more.</summary>
    /// <param name="count">Counts the tokens of a text.</param>
    CompletionCheckpoint? Checkpoint(Func<string, int> count);
}
