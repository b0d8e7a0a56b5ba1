using CleanLlm.Application.Prompting;
using CleanLlm.Application.Prompting.Policies;
using CleanLlm.Domain.Prompting;

namespace CleanLlm.Application.Answers.Leaks;

/// <summary>
/// Stops an answer that gives away a word which the caller's own instructions call a canary. Such a word is there to be noticed, and no document is quoted by it. All else
/// of these instructions is told of by <see cref="OwnLeakStep"/>.
/// </summary>
internal sealed class CanaryStep() : InstructionLeakStep(Setting)
{
    /// <summary>How it can be set.</summary>
    public static readonly StepPolicy Setting = new("canary", StepMode.Block, StepMode.Block);

    protected override bool IsOurs(TextProvenance provenance) => provenance.IsCallersInstruction();

    protected override InstructionIndex IndexOf(IReadOnlyList<string> instructions) => new(CanarySet.OfNamed(instructions));
}
