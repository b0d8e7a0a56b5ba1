using CleanLlm.Application.Answers.Reading;
using CleanLlm.Application.Prompting.Screening.Rules;

namespace CleanLlm.Application.Answers.Content;

/// <summary>Follows a folded text and finds the words of rules in it. Of words that begin alike the shortest counts.</summary>
internal sealed class WordScan(ContentRules rules)
{
    private readonly List<(int Node, int Start)> open = [];
    private Letter last = new(Letter.Separator, 0, 0);

    /// <summary>Where a word begins that may become one of a rule; the greatest number when none does.</summary>
    public int OpenFrom => open.Count == 0 ? int.MaxValue : open[0].Start;

    /// <summary>Takes in a letter.</summary>
    /// <param name="letter">The letter.</param>
    /// <param name="found">Takes in what ended before it.</param>
    public void Add(Letter letter, List<Match> found)
    {
        var isUnspaced = !letter.IsSeparator && Scripts.HasNoSpaces(letter.Value);
        if (letter.IsSeparator || isUnspaced || Scripts.HasNoSpaces(last.Value))
            Find(found);
        for (var i = open.Count - 1; i >= 0; i--)
        {
            var next = rules.Words.Next(open[i].Node, letter.Value);
            if (next == WordTrie.None)
                open.RemoveAt(i);
            else
                open[i] = (next, open[i].Start);
        }

        if (!letter.IsSeparator && (last.IsSeparator || isUnspaced || Scripts.HasNoSpaces(last.Value))
            && rules.Words.Next(WordTrie.Root, letter.Value) is not WordTrie.None and var first)
            open.Add((first, letter.Start));
        last = letter;
    }

    /// <summary>The text has ended.</summary>
    /// <param name="found">As above.</param>
    public void End(List<Match> found) => Find(found);

    private void Find(List<Match> found)
    {
        foreach (var (node, start) in open)
        {
            if (rules.NameAt(node) is not { } name)
                continue;
            found.Add(new Match(name, start, last.End));
            open.Clear();
            return;
        }
    }
}
