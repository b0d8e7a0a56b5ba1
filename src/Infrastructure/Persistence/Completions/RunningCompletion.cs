using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;

namespace CleanLlm.Infrastructure.Persistence.Completions;

/// <summary>
/// One row for each completion that runs, written and removed with its admission and its closing. What runs is found here, so that no index
/// of the completions covers a column that changes, and their updates need no new index entries (heap-only tuples).
/// </summary>
internal sealed class RunningCompletion
{
    private RunningCompletion()
    {
    }

    /// <summary>Whose completion it is.</summary>
    public UserId UserId { get; private init; }

    /// <summary>Which completion.</summary>
    public CompletionId Id { get; private init; }

    /// <summary>The chat it runs in; null outside any.</summary>
    public ChatId? ChatId { get; private init; }

    /// <summary>The place in that chat, as <see cref="ChatTurn.BranchPoint"/>.</summary>
    public Guid? BranchPoint { get; private init; }

    /// <summary>The row of a completion that is admitted.</summary>
    public static RunningCompletion Of(Completion completion) => new()
    {
        UserId = completion.UserId,
        Id = completion.Id,
        ChatId = completion.Turn?.ChatId,
        BranchPoint = completion.Turn?.BranchPoint,
    };
}
