using CleanLlm.Application.Prompting.Policies;
using CleanLlm.Domain.Prompting;

namespace CleanLlm.Application.Answers;

/// <summary>The steps that answers pass through, in their order.</summary>
internal sealed class AnswerSteps(IEnumerable<IAnswerStep> steps, StepPolicies policies)
{
    private readonly IAnswerStep[] steps = [.. steps];

    /// <summary>Begins a strand of an answer with each step that runs for it.</summary>
    public AnswerChain Begin(AnswerStrand strand, AnswerContext context)
    {
        List<IAnswerFilter> filters = [];
        foreach (var step in steps)
        {
            var mode = policies.ModeOf(step, context.Settings);
            if (mode != StepMode.Off && step.Begin(strand, context, mode) is { } filter)
                filters.Add(filter);
        }

        return new AnswerChain([.. filters], context);
    }
}
