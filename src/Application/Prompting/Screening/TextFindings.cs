using CleanLlm.Application.Prompting.Screening.Rules;

namespace CleanLlm.Application.Prompting.Screening;

/// <summary>What one text meets.</summary>
internal sealed class TextFindings(RuleSet rules)
{
    /// <summary>As it is written.</summary>
    public RuleHits Plain { get; } = new(rules.Rules.Count);

    /// <summary>In what was decoded.</summary>
    public RuleHits Encoded { get; } = new(rules.Rules.Count);

    /// <summary>In what was put together of its strings, or of several texts.</summary>
    public RuleHits Joined { get; } = new(rules.Rules.Count);

    /// <summary>The forged markup.</summary>
    public HashSet<MarkupRule> Markup { get; } = [];

    /// <summary>Whether a link or image has a place for data.</summary>
    public bool HasLink { get; set; }

    /// <summary>The rules that were met in any form.</summary>
    public IEnumerable<int> Met => Plain.Met.Concat(Encoded.Met).Concat(Joined.Met).Distinct();
}
