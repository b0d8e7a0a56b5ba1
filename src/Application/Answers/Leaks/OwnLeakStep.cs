using CleanLlm.Application.Prompting;
using CleanLlm.Application.Prompting.Policies;
using CleanLlm.Domain.Prompting;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Answers.Leaks;

/// <summary>
/// Looks for instructions that the caller wrote or can read: of a chat, and the system and developer messages of a request. It tells by default: they are no
/// secret from the caller, and often hold documents that are there to be quoted.
/// </summary>
internal sealed class OwnLeakStep(IOptions<LeakOptions> options) : InstructionLeakStep(Setting)
{
    /// <summary>How it can be set.</summary>
    public static readonly StepPolicy Setting = new("leak_own", StepMode.Flag, StepMode.Block);

    protected override bool IsOurs(TextProvenance provenance) => provenance.IsCallersInstruction();

    protected override InstructionIndex IndexOf(IReadOnlyList<string> instructions) => new(instructions, options.Value);
}
