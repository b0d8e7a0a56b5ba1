namespace CleanLlm.Infrastructure.Persistence.Completions;

/// <summary>Writes groups of admissions, growths of holds and closings, each in one transaction.</summary>
internal interface IGroupWriter
{
    /// <summary>Writes all of a group and sets what came of each. No outcome is valid before the task has completed.</summary>
    /// <param name="group">The group: no two writes of one completion or chat, nor under one key; more than one only where the counters' limits may carry them all.</param>
    Task WriteAsync(IReadOnlyList<CompletionWrite> group);

    /// <summary>Writes one of a group that broke, without holding up the next groups: it may wait as long as any call may.</summary>
    Task WriteAloneAsync(CompletionWrite write);

    /// <summary>Whether the group is rolled back for certain, by a fault of a statement and not of the connection: its members can be written one by one.</summary>
    bool CanSplit(Exception fault);
}
