using System.ComponentModel.DataAnnotations;
using CleanLlm.Domain.Prompting;

namespace CleanLlm.Application.Prompting.Policies;

/// <summary>
/// One element of the section <c>Prompting:Steps</c>: what a step of the pipeline does, at most one for each. A plan may say otherwise. Default what each step does
/// by itself.
/// </summary>
public sealed record StepSettingOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Prompting:Steps";

    /// <summary>The name of the step, such as <c>injection</c>.</summary>
    [Required]
    [MaxLength(StepSetting.NameMaxLength)]
    public required string Step { get; init; }

    /// <summary><c>off</c>, <c>flag</c>, <c>redact</c> or <c>block</c>, of those that the step can.</summary>
    public required StepMode Mode { get; init; }

    /// <summary>The same as one value.</summary>
    public StepSetting Setting => new(Step, Mode);
}
