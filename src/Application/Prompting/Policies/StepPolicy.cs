using CleanLlm.Domain.Prompting;

namespace CleanLlm.Application.Prompting.Policies;

/// <summary>How a step can be set, by the configuration (<see cref="StepSettingOptions"/>) and by plans.</summary>
/// <param name="Step">Its name, in lower case; also that of its findings.</param>
/// <param name="Default">What it does where neither says otherwise.</param>
/// <param name="Modes">What it can do besides <see cref="StepMode.Off"/> and <see cref="StepMode.Flag"/>, which each step can.</param>
public sealed record StepPolicy(string Step, StepMode Default, params IReadOnlyList<StepMode> Modes)
{
    /// <summary>What is wrong with a setting; null when it can be made.</summary>
    /// <param name="policies">Those of all steps, by name.</param>
    /// <param name="setting">The setting.</param>
    public static string? Fault(IReadOnlyDictionary<string, StepPolicy> policies, StepSetting setting) =>
        !policies.TryGetValue(setting.Step, out var policy) ? $"There is no step '{setting.Step}'; the steps are {string.Join(", ", policies.Keys.Order(StringComparer.Ordinal))}."
        : !policy.Allows(setting.Mode) ? $"The step '{setting.Step}' can be {policy.Names()}."
        : null;

    private bool Allows(StepMode mode) => mode is StepMode.Off or StepMode.Flag || Modes.Contains(mode);

    private string Names() => string.Join(", ", Enum.GetValues<StepMode>().Where(Allows).Select(mode => mode.ToString().ToLowerInvariant()));
}
