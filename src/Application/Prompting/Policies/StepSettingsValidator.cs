using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Prompting.Policies;

/// <summary>The program does not start with a setting of a step that is not there, or cannot do that.</summary>
internal sealed class StepSettingsValidator(IEnumerable<StepPolicy> policies) : IValidateOptions<PromptingOptions>
{
    private const string Path = $"{PromptingOptions.Section}:{nameof(PromptingOptions.Steps)}";

    public ValidateOptionsResult Validate(string? name, PromptingOptions options)
    {
        var known = policies.ToDictionary(policy => policy.Step, StringComparer.Ordinal);
        List<string> faults = [.. options.Steps
            .Select((step, place) => StepPolicy.Fault(known, step.Setting) is { } fault ? $"{Path}:{place}: {fault}" : null)
            .OfType<string>()];
        faults.AddRange(options.Steps.GroupBy(step => step.Step, StringComparer.Ordinal).Where(same => same.Count() > 1)
            .Select(same => $"{Path}: the step '{same.Key}' is set twice."));
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
