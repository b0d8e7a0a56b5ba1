using CleanLlm.Application.Prompting.Policies;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Prompting;
using CleanLlm.Domain.Results;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Prompting.Screening;

/// <summary>Tells of prompts that look like an attack on the model's instructions: a finding for each reason, with the score of the whole.</summary>
internal sealed class InjectionStep(ISecondOpinion opinion, IOptions<InjectionOptions> options) : IPromptStep
{
    /// <summary>How it can be set.</summary>
    public static readonly StepPolicy Setting = new("injection", StepMode.Flag, StepMode.Block);

    private const string Unavailable = "second_opinion_unavailable";

    private readonly InjectionScreener screener = new(BuiltInRules.Load());

    public StepPolicy Policy => Setting;

    public bool IsCostly => true;

    public async ValueTask<Result<PromptDraft>> ApplyAsync(PromptDraft draft, PromptContext context, StepMode mode, CancellationToken ct)
    {
        var verdicts = screener.Screen(draft);
        if (verdicts is not [{ Score: > 0 and var score } heaviest, ..])
            return draft;

        var threshold = options.Value.Threshold;
        if (options.Value.SecondOpinion.IsAskedAbout(score))
        {
            var isAttack = await opinion.IsAttackAsync(heaviest.Text, ct);
            threshold = isAttack switch
            {
                true => Math.Min(threshold, score),
                false => score + 1,
                null => threshold,
            };
            // A prompt is not refused because the second opinion is unavailable.
            if (isAttack is null)
                draft = draft.With(new Finding(Setting.Step, Unavailable, 1) { Action = StepMode.Flag });
        }

        var reasons = verdicts.Where(verdict => verdict.Score >= threshold).SelectMany(verdict => verdict.Reasons);
        foreach (var reason in reasons.GroupBy(reason => reason.Key, reason => reason.Value, StringComparer.Ordinal).OrderBy(reason => reason.Key, StringComparer.Ordinal))
            draft = draft.With(new Finding(Setting.Step, reason.Key, reason.Sum()) { Action = mode, Score = score });
        return draft;
    }
}
