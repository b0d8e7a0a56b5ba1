using CleanLlm.Application.Prompting;
using CleanLlm.Application.Prompting.Policies;
using CleanLlm.Domain.Prompting;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Answers.Leaks;

/// <summary>Stops an answer that gives away the instructions of the operator or of the user's plan, which the caller cannot read.</summary>
internal sealed class LeakStep(IOptions<LeakOptions> options) : InstructionLeakStep(Setting)
{
    /// <summary>How it can be set.</summary>
    public static readonly StepPolicy Setting = new("leak", StepMode.Block, StepMode.Block);

    private readonly InstructionIndexes indexes = new(options.Value);

    protected override bool IsOurs(TextProvenance provenance) => !provenance.IsCallersInstruction();

    protected override InstructionIndex IndexOf(IReadOnlyList<string> instructions) => indexes.Of(instructions);
}
