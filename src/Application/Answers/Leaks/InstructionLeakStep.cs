using CleanLlm.Application.Prompting;
using CleanLlm.Application.Prompting.Policies;
using CleanLlm.Domain.Prompting;

namespace CleanLlm.Application.Answers.Leaks;

/// <summary>Looks for instructions in answers. A prompt without any costs nothing.</summary>
/// <param name="policy">How the step can be set.</param>
internal abstract class InstructionLeakStep(StepPolicy policy) : IAnswerStep
{
    public StepPolicy Policy => policy;

    public IAnswerFilter? Begin(AnswerStrand strand, AnswerContext context, StepMode mode)
    {
        if (context.Instructions.Count == 0)
            return null;
        var index = context.Once(this, () => IndexOf(context.Instructions));
        return index is null ? null : new LeakFilter(policy.Step, index, context, mode);
    }

    /// <summary>Whether instructions of the kind are looked for.</summary>
    protected abstract bool IsOurs(TextProvenance provenance);

    /// <summary>The index of instructions that are looked for.</summary>
    protected abstract InstructionIndex IndexOf(IReadOnlyList<string> instructions);

    private InstructionIndex? IndexOf(IReadOnlyList<Instruction> instructions)
    {
        List<string> ours = [.. instructions.Where(instruction => IsOurs(instruction.Provenance)).Select(instruction => instruction.Text)];
        return ours.Count == 0 || IndexOf(ours) is not { IsEmpty: false } index ? null : index;
    }
}
