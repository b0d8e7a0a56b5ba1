namespace CleanLlm.Domain.Prompting;

/// <summary>How a step of the pipeline is set.</summary>
/// <param name="Step">The name of the step, such as <c>injection</c>.</param>
/// <param name="Mode">What it does.</param>
public sealed record StepSetting(string Step, StepMode Mode)
{
    /// <summary>The longest name, in characters.</summary>
    public const int NameMaxLength = 50;
}
