using CleanLlm.Domain.Ids;

namespace CleanLlm.Domain.Completions;

/// <summary>A completion that runs in a chat.</summary>
/// <param name="Id">Which one.</param>
/// <param name="BranchPoint">What it adds a message below.</param>
/// <param name="QuestionId">Its question.</param>
/// <param name="Content">What is asked.</param>
public sealed record RunningTurn(CompletionId Id, Guid? BranchPoint, MessageId QuestionId, string Content)
{
    /// <summary>
    /// The one to show when the chat is opened: what continues the active branch at its end or answers its last question once more,
    /// else the newest. Null when none runs.
    /// </summary>
    /// <param name="running">All that run in the chat.</param>
    /// <param name="leaf">The end of the active branch.</param>
    /// <param name="lastQuestion">What that end answers.</param>
    public static RunningTurn? Shown(IEnumerable<RunningTurn> running, MessageId? leaf, MessageId? lastQuestion) => running
        .OrderByDescending(turn => turn.BranchPoint is { } point && (point == leaf?.Value || point == lastQuestion?.Value))
        .ThenByDescending(turn => turn.Id)
        .FirstOrDefault();
}
