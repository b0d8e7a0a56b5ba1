using System.Text;
using CleanLlm.Application.Answers.Reading;
using Match = CleanLlm.Application.Answers.Reading.Match;

namespace CleanLlm.Application.Answers.Content;

/// <summary>
/// Looks for patterns in a folded text, 64 characters at a time with the 256 that follow, so that what is found does not depend on how the text came.
/// </summary>
internal sealed class PatternScan(ContentRules rules)
{
    private const int Step = 64;
    private const int Reach = 256;

    private readonly StringBuilder window = new();
    private readonly List<(int Start, int End)> places = [];

    // The character before the window is kept, for what asks whether a word begins.
    private int first;
    private int next;

    /// <summary>Where what was not yet searched begins; the greatest number when all was.</summary>
    public int OpenFrom => first < places.Count ? places[first].Start : int.MaxValue;

    /// <summary>Takes in a letter.</summary>
    /// <param name="letter">The letter.</param>
    /// <param name="found">Takes in what is found.</param>
    public void Add(Letter letter, List<Match> found)
    {
        window.Append(letter.Value);
        places.Add((letter.Start, letter.End));
        if (places.Count == first + Step + Reach)
            Search(found, Step);
    }

    /// <summary>The text has ended.</summary>
    /// <param name="found">As above.</param>
    public void End(List<Match> found)
    {
        while (first < places.Count)
            Search(found, Math.Min(Step, places.Count - first));
    }

    private void Search(List<Match> found, int count)
    {
        var text = window.ToString();
        foreach (var (name, pattern) in rules.Patterns)
        {
            foreach (var match in pattern.EnumerateMatches(text, Math.Max(first, next)))
            {
                if (match.Index >= first + count)
                    break;
                if (match.Length == 0)
                    continue;
                found.Add(new Match(name, places[match.Index].Start, places[match.Index + match.Length - 1].End));
                next = match.Index + match.Length;
            }
        }

        var gone = first + count - 1;
        window.Remove(0, gone);
        places.RemoveRange(0, gone);
        (first, next) = (1, next - gone);
    }
}
