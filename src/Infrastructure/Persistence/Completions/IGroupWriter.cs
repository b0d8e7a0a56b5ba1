namespace CleanLlm.Infrastructure.Persistence.Completions;

/// <summary>Writes groups of admissions and closings, each in one transaction.</summary>
internal interface IGroupWriter
{
    /// <summary>How many groups it writes at once.</summary>
    int Lanes { get; }

    /// <summary>Writes all of a group and sets what came of each. Nothing of it counts before the method has ended.</summary>
    /// <param name="group">The group: no two writes of one chat, nor under one key; more than one only where the counters' limits may carry them all.</param>
    Task WriteAsync(IReadOnlyList<CompletionWrite> group);

    /// <summary>Writes one of a group that broke, without holding up the next groups: it may wait as long as any call may.</summary>
    Task WriteAloneAsync(CompletionWrite write);

    /// <summary>Whether the group was undone for the sake of some of its members, so that others of it can be written.</summary>
    bool IsOfSome(Exception fault);
}
