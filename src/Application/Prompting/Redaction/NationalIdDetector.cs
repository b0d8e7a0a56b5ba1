namespace CleanLlm.Application.Prompting.Redaction;

/// <summary>Finds the numbers by which states know people.</summary>
internal sealed class NationalIdDetector
{
    // By the length of the first group, so that a group that begins no number costs nothing.
    private readonly (NationalIdRule Rule, NumberLayout Layout)[][] rules;

    /// <param name="rules">How they are known.</param>
    public NationalIdDetector(IReadOnlyList<NationalIdRule> rules)
    {
        var layouts = rules.SelectMany(rule => rule.Layouts, (rule, layout) => (Rule: rule, Layout: layout)).ToLookup(known => known.Layout.Lengths[0]);
        this.rules = [.. Enumerable.Range(0, layouts.Max(known => known.Key) + 1).Select(length => layouts[length].ToArray())];
    }

    /// <summary>The longest number that begins with the groups, and whether a word near it says what it is.</summary>
    public bool TryFind(ScannedText scanned, int start, CharacterGroups groups, out Sighting found, out bool isNamed)
    {
        (found, isNamed) = (default, false);
        foreach (var (rule, layout) in groups.Count > 0 && groups.Lengths[0] < rules.Length ? rules[groups.Lengths[0]] : [])
        {
            if (!layout.Fits(groups) || groups.Ends[layout.Lengths.Length - 1] is var end && (end < found.End || !Bounds.EndsAt(scanned.Folded, end))
                || !rule.Accepts(groups.Characters[..layout.Length]))
                continue;
            var named = rule.IsNamedNear(scanned, start, groups.Ends[layout.Lengths.Length - 1]);
            if (layout.NeedsWord && !named)
                continue;
            found = new Sighting(SensitiveKind.NationalId, start, groups.Ends[layout.Lengths.Length - 1]);
            isNamed |= named;
        }

        return found.End > 0;
    }
}
