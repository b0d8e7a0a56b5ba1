namespace CleanLlm.Application.Completions.Admitting;

/// <summary>Shares by how many wait in them, so that the longest is found without a search; touched under the gate's lock only.</summary>
internal sealed class AdmissionShares
{
    // Those in which as many wait as the place in the list says.
    private readonly List<LinkedList<AdmissionShare>> byLength = [[]];
    private int longest;

    /// <summary>One in which no fewer wait than in any other; null when none waits.</summary>
    public AdmissionShare? Longest => byLength[longest].First?.Value;

    /// <summary>One more or one fewer waits in a share.</summary>
    public void Changed(AdmissionShare share)
    {
        share.Rank.List?.Remove(share.Rank);
        if (share.Count == byLength.Count)
            byLength.Add([]);
        if (share.Count > 0)
            byLength[share.Count].AddLast(share.Rank);
        longest = Math.Max(longest, share.Count);
        while (longest > 0 && byLength[longest].Count == 0)
            longest--;
    }
}
