using CleanLlm.Application.Prompting.Policies;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Prompting;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Prompting;

/// <summary>Runs the steps in the order of their registration; the first refusal ends it.</summary>
internal sealed class PromptPipeline(IEnumerable<IPromptStep> steps, StepPolicies policies, FindingMetrics metrics)
{
    private readonly IPromptStep[] cheap = [.. steps.Where(step => step is { IsCostly: false, IsOfFitted: false })];
    private readonly IPromptStep[] costly = [.. steps.Where(step => step is { IsCostly: true, IsOfFitted: false })];
    private readonly IPromptStep[] ofFitted = [.. steps.Where(step => step.IsOfFitted)];

    /// <summary>Runs the steps that cost little whatever the prompt's length.</summary>
    public ValueTask<Result<PromptDraft>> PrepareAsync(PromptDraft draft, PromptContext context, CancellationToken ct) => RunAsync(cheap, draft, context, ct);

    /// <summary>Runs the steps that read all texts closely: for a large prompt in its user's turn.</summary>
    public ValueTask<Result<PromptDraft>> ReadAsync(PromptDraft draft, PromptContext context, CancellationToken ct) => RunAsync(costly, draft, context, ct);

    /// <summary>Runs the steps that follow the fitting of the context, in the same turn.</summary>
    public ValueTask<Result<PromptDraft>> FinishAsync(PromptDraft draft, PromptContext context, CancellationToken ct) => RunAsync(ofFitted, draft, context, ct);

    private async ValueTask<Result<PromptDraft>> RunAsync(IPromptStep[] steps, PromptDraft draft, PromptContext context, CancellationToken ct)
    {
        foreach (var step in steps)
        {
            var mode = policies.ModeOf(step, context.Plan.Steps);
            if (mode == StepMode.Off)
                continue;
            var outcome = await step.ApplyAsync(draft, context, mode, ct);
            if (!outcome.IsSuccess)
                return outcome;
            if (Refusal(draft, outcome.Value) is { } refusal)
                return refusal;
            draft = outcome.Value;
        }

        return draft;
    }

    // Steps only tell what they noticed; what blocks is decided here, and all of it is counted.
    private Error? Refusal(PromptDraft before, PromptDraft after)
    {
        if (ReferenceEquals(before.Findings, after.Findings))
            return null;
        List<Finding> noticed = [.. after.Findings.Skip(before.Findings.Count)];
        noticed.ForEach(metrics.Note);
        List<Finding> blocking = [.. noticed.Where(finding => finding.Action == StepMode.Block)];
        return blocking.Count == 0 ? null : CompletionErrors.PromptRefused(after.Field, blocking[0].Step, blocking.Select(finding => finding.Code));
    }
}
