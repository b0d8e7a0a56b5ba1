using CleanLlm.Application.Prompting.Screening.Rules;
using CleanLlm.Domain.Chats;

namespace CleanLlm.Application.Prompting.Screening;

/// <summary>
/// Screens all texts of a prompt but the operator's: each by itself, and the ends of neighbours put together, so that what is cut in two is
/// found. What a chat holds was screened when it was new, and is read only there.
/// </summary>
internal sealed class InjectionScreener(RuleSet rules)
{
    // Of each text, this many characters of its beginning and of its end are put together with those of others.
    private const int EdgeLength = 200;

    // So many of the newest messages of the chat take part, and so many texts all together.
    private const int MostStored = 4;
    private const int MostEdges = 256;

    private readonly Weighing weighing = new(rules);

    /// <summary>The heaviest verdict on any of them, with the reasons of all that are as heavy as asked for.</summary>
    /// <param name="draft">The prompt.</param>
    /// <param name="threshold">The least score of a text whose reasons count.</param>
    public ScreeningVerdict Screen(PromptDraft draft, int threshold)
    {
        var screening = new TextScreening(rules);
        var known = new HashSet<int>();
        var verdicts = new List<ScreeningVerdict>();
        foreach (var slot in draft.Slots)
        {
            if (slot.IsStored || slot.Provenance == TextProvenance.OperatorSystemPrompt)
                continue;
            var findings = screening.Screen(Text(slot));
            known.UnionWith(findings.Met);
            verdicts.Add(weighing.Weigh(findings, slot.Provenance));
        }

        verdicts.AddRange(Across(draft, screening, known));
        var heavy = verdicts.Where(verdict => verdict.Score >= threshold).SelectMany(verdict => verdict.Reasons);
        return new ScreeningVerdict(
            verdicts.Select(verdict => verdict.Score).DefaultIfEmpty().Max(),
            heavy.GroupBy(reason => reason.Key, StringComparer.Ordinal).ToDictionary(reason => reason.Key, reason => reason.Sum(one => one.Value), StringComparer.Ordinal));
    }

    /// <summary>The verdict on one text that a user wrote.</summary>
    public ScreeningVerdict Screen(string text) => weighing.Weigh(new TextScreening(rules).Screen(text), TextProvenance.User);

    // What JSON holds is read as one text, so that nothing hides between its strings.
    private static string Text(PromptSlot slot) => slot.IsJson ? string.Join('\n', slot.Strings) : slot.Text;

    private IEnumerable<ScreeningVerdict> Across(PromptDraft draft, TextScreening screening, HashSet<int> known)
    {
        var edges = Edges(draft);
        if (edges.Count < 2)
            yield break;
        // What a stored message holds by itself is no news.
        foreach (var edge in edges)
            known.UnionWith(screening.Screen(edge).Met);
        var across = new TextFindings(rules);
        foreach (var joined in (string[])[string.Join(' ', edges), string.Concat(edges)])
        {
            var found = screening.Screen(joined);
            foreach (var rule in found.Met.Where(rule => !known.Contains(rule)))
                across.Joined.Note(rule, HitKind.Plain);
        }

        if (across.Joined.Met.Count > 0)
            yield return weighing.Weigh(across, TextProvenance.User);
    }

    private static List<string> Edges(PromptDraft draft)
    {
        var roles = draft.Content.History;
        var (edges, stored) = (new List<string>(), 0);
        var firstStored = roles.Count - MostStored;
        foreach (var slot in draft.Slots)
        {
            var place = slot.IsStored ? stored++ : -1;
            var takesPart = slot.IsStored
                ? place >= firstStored && roles[place].Role == MessageRole.User
                : slot is { IsCounted: true, IsInMessage: true, Provenance: TextProvenance.User or TextProvenance.ToolResult };
            if (takesPart && edges.Count < MostEdges)
                edges.AddRange(EdgesOf(Text(slot)));
        }

        return edges;
    }

    private static IEnumerable<string> EdgesOf(string text) =>
        text.Length <= 2 * EdgeLength ? [text] : [text[..EdgeLength] + " … ", text[^EdgeLength..]];
}
