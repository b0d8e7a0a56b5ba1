using CleanLlm.Application.Prompting.Screening.Rules;

namespace CleanLlm.Application.Prompting.Screening;

/// <summary>
/// Makes one score of what a text meets: each reason counts as an independent cause that may or may not make it an attack (noisy-or). Rules
/// of one reason often say the same, so those beside the heaviest count for less and less.
/// </summary>
internal sealed class Weighing(RuleSet rules)
{
    // Where a text talks about attacks, what it quotes is an example.
    private const double ShareOfQuoted = 0.15;

    // Operators of applications write such language themselves: a role, its bounds, and that it must not be told.
    private const double ShareOfRole = 0.25;
    private const double ShareOfSystemPrompt = 0.7;

    private const double ShareOfRepeated = 0.5;
    private const double LeastReason = 0.1;
    private const double Encoding = 0.3;
    private const double Splitting = 0.2;
    private const double Link = 0.55;

    // A tool's result is data: instructions to a model have no place in it.
    private const double ExponentOfToolResult = 1.5;

    /// <summary>The score and the reasons.</summary>
    public ScreeningVerdict Weigh(TextFindings findings, TextProvenance provenance)
    {
        var talk = findings.Plain.Met.Where(rule => IsTalk(rule) && findings.Plain[rule] != HitKind.Quoted).Select(rule => rules.Rules[rule].Weight / 100.0).DefaultIfEmpty().Max();
        var causes = new List<(string Code, double Weight)>();
        foreach (var rule in findings.Met.Where(rule => !IsTalk(rule)))
            Add(rules.Rules[rule].Code, rules.Rules[rule].Weight / 100.0 * ShareOf(findings.Plain[rule], talk));
        foreach (var markup in findings.Markup)
            Add(markup.Code, markup.Weight / 100.0 * (1 - talk));
        if (findings.HasLink)
            Add(Reasons.ExfiltrationLink, Link);
        if (findings.Encoded.Met.Any(rule => IsNew(findings, rule)))
            Add(Reasons.EncodedPayload, Encoding);
        if (findings.Joined.Met.Any(rule => IsNew(findings, rule)))
            Add(Reasons.SplitPayload, Splitting);

        return VerdictOf(causes, provenance is TextProvenance.ToolResult or TextProvenance.Summary);

        void Add(string code, double weight) => causes.Add((code, weight * (provenance is TextProvenance.SystemPrompt or TextProvenance.PrivateTemplate ? ShareOfSystem(code) : 1)));
    }

    private static ScreeningVerdict VerdictOf(List<(string Code, double Weight)> causes, bool isFromTool)
    {
        var innocence = 1.0;
        var reasons = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var reason in causes.GroupBy(cause => cause.Code, StringComparer.Ordinal))
        {
            var share = 1.0;
            foreach (var (_, weight) in reason.OrderByDescending(cause => cause.Weight))
            {
                innocence *= 1 - (weight * share);
                share *= ShareOfRepeated;
            }

            if (reason.Count(cause => cause.Weight >= LeastReason) is > 0 and var count)
                reasons[reason.Key] = count;
        }

        if (isFromTool && reasons.Count > 0)
        {
            innocence = Math.Pow(innocence, ExponentOfToolResult);
            reasons[Reasons.IndirectInstruction] = reasons.GetValueOrDefault(Reasons.IndirectInstruction) + 1;
        }

        return new ScreeningVerdict((int)Math.Round(100 * (1 - innocence)), reasons);
    }

    private static double ShareOfSystem(string code) =>
        code is Reasons.PersonaOverride or Reasons.RefusalSuppression or Reasons.PromptExtraction ? ShareOfRole : ShareOfSystemPrompt;

    private static double ShareOf(HitKind kind, double talk) => kind switch
    {
        HitKind.Quoted when talk > 0 => ShareOfQuoted,
        HitKind.Discussed => 1 - talk,
        _ => 1,
    };

    private bool IsTalk(int rule) => rules.Rules[rule].Code == Reasons.Discussion;

    private bool IsNew(TextFindings findings, int rule) => !IsTalk(rule) && findings.Plain[rule] == HitKind.None;
}
