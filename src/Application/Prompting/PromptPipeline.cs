using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Prompting;

/// <summary>Runs the steps in the order of their registration; the first refusal ends it.</summary>
internal sealed class PromptPipeline(IEnumerable<IPromptStep> steps)
{
    private readonly IPromptStep[] steps = [.. steps];

    public Result<PromptDraft> Prepare(PromptDraft draft)
    {
        foreach (var step in steps)
        {
            var outcome = step.Apply(draft);
            if (!outcome.IsSuccess)
                return outcome;
            draft = outcome.Value;
        }

        return draft;
    }
}
