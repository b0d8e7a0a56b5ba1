using System.Text;
using CleanLlm.Application.Answers.Reading;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Prompting;

namespace CleanLlm.Application.Answers.Content;

/// <summary>Looks for what rules say in one strand. A word that may become one of them is held back, and for patterns what they may still need.</summary>
/// <param name="rules">The rules.</param>
/// <param name="context">The answer.</param>
/// <param name="mode">What is done about what they find.</param>
internal sealed class ContentFilter(ContentRules rules, AnswerContext context, StepMode mode) : IAnswerFilter
{
    /// <summary>How much is held back at most, in characters.</summary>
    public const int Most = 1_024;

    /// <summary>What takes the place of what is found.</summary>
    public const string Mark = "[removed]";

    private readonly HeldText held = new(Most);
    private readonly LetterReader reader = LetterReader.New();
    private readonly WordScan? words = rules.HasWords ? new WordScan(rules) : null;
    private readonly PatternScan? patterns = rules.Patterns.Count > 0 ? new PatternScan(rules) : null;
    private readonly List<Match> found = [];
    private readonly List<Match> marks = [];

    public int HeldBack => held.Text.Length;

    public string Push(string piece)
    {
        held.Add(piece);
        foreach (var letter in reader.Read(piece))
        {
            words?.Add(letter, found);
            patterns?.Add(letter, found);
        }

        return Pass(Math.Min(reader.OpenFrom, Math.Min(words?.OpenFrom ?? int.MaxValue, patterns?.OpenFrom ?? int.MaxValue)));
    }

    public string Flush()
    {
        words?.End(found);
        patterns?.End(found);
        return Pass(int.MaxValue);
    }

    private string Pass(int place)
    {
        foreach (var match in found)
            Tell(match);
        found.Clear();
        if (mode == StepMode.Flag)
            return held.TakeAll();
        if (context.IsBlocked)
            return "";
        return marks.Count == 0 ? held.TakeBefore(place) : Marked(place);
    }

    private void Tell(Match match)
    {
        var finding = new Finding(ContentStep.Setting.Step, match.Code, 1) { Action = mode };
        if (mode == StepMode.Redact)
            marks.Add(match);
        if (mode != StepMode.Block)
            context.Report(finding);
        else if (!context.IsBlocked)
            context.Block(finding);
    }

    // What two rules find in the same place gets one mark.
    private string Marked(int place)
    {
        var marked = new StringBuilder();
        marks.Sort((one, other) => one.Start.CompareTo(other.Start));
        while (marks is [var mark, ..] && mark.Start < place)
        {
            marks.RemoveAt(0);
            if (mark.End <= held.Shown)
                continue;
            marked.Append(held.TakeBefore(mark.Start)).Append(mark.Start >= held.Shown ? Mark : "");
            held.TakeBefore(mark.End);
        }

        return marked.Append(held.TakeBefore(place)).ToString();
    }
}
