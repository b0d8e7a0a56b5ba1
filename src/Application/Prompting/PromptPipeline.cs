using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Prompting;

/// <summary>Runs the steps in the order of their registration; the first refusal ends it.</summary>
internal sealed class PromptPipeline(IEnumerable<IPromptStep> steps)
{
    private readonly IPromptStep[] steps = [.. steps];

    public async ValueTask<Result<PromptDraft>> PrepareAsync(PromptDraft draft, PromptContext context, CancellationToken ct)
    {
        foreach (var step in steps)
        {
            var outcome = await step.ApplyAsync(draft, context, ct);
            if (!outcome.IsSuccess)
                return outcome;
            draft = outcome.Value;
        }

        return draft;
    }
}
