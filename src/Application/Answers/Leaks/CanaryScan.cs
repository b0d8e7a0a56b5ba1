using CleanLlm.Application.Prompting.Screening.Rules;

namespace CleanLlm.Application.Answers.Leaks;

/// <summary>Follows a text letter by letter and tells when it holds a word that must not come back.</summary>
internal sealed class CanaryScan(CanarySet words)
{
    private const int Kept = CanarySet.Longest * 2;

    private readonly int[] starts = new int[Kept];
    private int node = WordTrie.Root;
    private int seen;

    /// <summary>Where a word begins that may become one; the greatest number when none does.</summary>
    public int OpenFrom => node == WordTrie.Root ? int.MaxValue : starts[(seen - words.Depth(node)) & (Kept - 1)];

    /// <summary>Whether the text ends in half a word, or more: so much of it is not shown either.</summary>
    public bool EndsInHalf => words.IsHalf(node);

    /// <summary>Takes in a letter.</summary>
    /// <returns>Whether it ends such a word.</returns>
    public bool Add(char letter, int start)
    {
        starts[seen++ & (Kept - 1)] = start;
        node = words.Next(node, letter);
        return words.Ends(node);
    }
}
