using CleanLlm.Application.Prompting.Policies;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Prompting;
using CleanLlm.Domain.Results;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Prompting.Screening;

/// <summary>Tells of prompts that look like an attack on the model's instructions: a finding for each reason, with the score of the whole.</summary>
internal sealed class InjectionStep(IOptions<InjectionOptions> options) : IPromptStep
{
    /// <summary>How it can be set.</summary>
    public static readonly StepPolicy Setting = new("injection", StepMode.Flag, StepMode.Block);

    private readonly InjectionScreener screener = new(BuiltInRules.Load());

    public StepPolicy Policy => Setting;

    public bool IsCostly => true;

    public ValueTask<Result<PromptDraft>> ApplyAsync(PromptDraft draft, PromptContext context, StepMode mode, CancellationToken ct)
    {
        var verdict = screener.Screen(draft, options.Value.Threshold);
        foreach (var (code, count) in verdict.Reasons)
            draft = draft.With(new Finding(Setting.Step, code, count) { Action = mode, Score = verdict.Score });
        return ValueTask.FromResult<Result<PromptDraft>>(draft);
    }
}
