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

    /// <summary>The verdicts on all of them, the heaviest first.</summary>
    public IReadOnlyList<ScreeningVerdict> Screen(PromptDraft draft)
    {
        var screening = new TextScreening(rules);
        var known = new HashSet<int>();
        var verdicts = new List<ScreeningVerdict>();
        foreach (var slot in draft.Slots)
        {
            if (slot.IsStored || slot.IsOperators)
                continue;
            var text = Text(slot);
            var findings = screening.Screen(text);
            known.UnionWith(findings.Met);
            verdicts.Add(weighing.Weigh(findings, slot.Provenance) with { Text = text });
        }

        if (Across(draft, screening, known) is { } across)
            verdicts.Add(across);
        verdicts.Sort((one, other) => other.Score.CompareTo(one.Score));
        return verdicts;
    }

    /// <summary>The verdict on one text that a user wrote.</summary>
    public ScreeningVerdict Screen(string text) => weighing.Weigh(new TextScreening(rules).Screen(text), TextProvenance.User);

    // What JSON holds is read as one text, so that nothing hides between its strings.
    private static string Text(PromptSlot slot) => slot.IsJson ? string.Join('\n', slot.Strings) : slot.Text;

    private ScreeningVerdict? Across(PromptDraft draft, TextScreening screening, HashSet<int> known)
    {
        var edges = Edges(draft);
        // What a stored message holds by itself is no news.
        foreach (var edge in edges)
            known.UnionWith(screening.Screen(edge).Met);
        var across = new TextFindings(rules);
        var spaced = string.Join(' ', edges);
        foreach (var joined in (string[])[spaced, string.Concat(edges)])
        {
            foreach (var rule in screening.Screen(joined).Met.Where(rule => !known.Contains(rule)))
                across.Joined.Note(rule, HitKind.Plain);
        }

        return across.Joined.Met.Count == 0 ? null : weighing.Weigh(across, TextProvenance.User) with { Text = spaced };
    }

    private static List<string> Edges(PromptDraft draft)
    {
        var roles = draft.Content.History;
        var (edges, texts, stored) = (new List<string>(), 0, 0);
        var firstStored = roles.Count - MostStored;
        foreach (var slot in draft.Slots)
        {
            var place = slot.IsStored ? stored++ : -1;
            var takesPart = slot.IsStored
                ? place >= firstStored && roles[place].Role == MessageRole.User
                : slot is { IsCounted: true, IsInMessage: true, Provenance: TextProvenance.User or TextProvenance.ToolResult };
            if (!takesPart || edges.Count >= MostEdges)
                continue;
            texts++;
            edges.AddRange(EdgesOf(Text(slot)));
        }

        return texts < 2 ? [] : edges;
    }

    private static IEnumerable<string> EdgesOf(string text) =>
        text.Length <= 2 * EdgeLength ? [text] : [text[..EdgeLength] + " … ", text[^EdgeLength..]];
}
