using CleanLlm.Domain.Prompting;

namespace CleanLlm.Domain.Completions;

/// <summary>Something that a step noticed in a prompt or an answer, and let pass, changed or stopped.</summary>
/// <param name="Step">The step, e.g. <c>sanitize</c>.</param>
/// <param name="Code">What it noticed, e.g. <c>invisible_characters_removed</c>.</param>
/// <param name="Count">How often.</param>
public sealed record Finding(string Step, string Code, int Count)
{
    /// <summary>What the step did about it; null for what is done always.</summary>
    public StepMode? Action { get; init; }

    /// <summary>How likely the step holds what it suspects to be, 1 to 100; null where it does not suspect but know.</summary>
    public int? Score { get; init; }
}
