using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Prompting.Policies;

/// <summary>The program does not start with a setting of a step that is not there, or cannot do that.</summary>
internal sealed class StepSettingRules(IEnumerable<StepPolicy> policies) : IValidateOptions<List<StepSettingOptions>>
{
    public ValidateOptionsResult Validate(string? name, List<StepSettingOptions> options)
    {
        var known = policies.ToDictionary(policy => policy.Step, StringComparer.Ordinal);
        List<string> faults = [.. options
            .Select((step, place) => StepPolicy.Fault(known, step.Setting) is { } fault ? $"{StepSettingOptions.Section}:{place}: {fault}" : null)
            .OfType<string>()];
        faults.AddRange(options.GroupBy(step => step.Step, StringComparer.Ordinal).Where(same => same.Count() > 1)
            .Select(same => $"{StepSettingOptions.Section}: the step '{same.Key}' is set twice."));
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
