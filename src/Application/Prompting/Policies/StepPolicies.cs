using CleanLlm.Domain.Prompting;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Prompting.Policies;

/// <summary>The steps that can be set, and how each is: as the plan says, else as the configuration says, else by its default.</summary>
public sealed class StepPolicies
{
    private readonly Dictionary<string, StepPolicy> policies;
    private readonly Dictionary<string, StepMode> configured;

    /// <param name="policies">Those of all registered steps.</param>
    /// <param name="options">How they are configured.</param>
    public StepPolicies(IEnumerable<StepPolicy> policies, IOptions<List<StepSettingOptions>> options)
    {
        this.policies = policies.ToDictionary(policy => policy.Step, StringComparer.Ordinal);
        configured = options.Value.ToDictionary(step => step.Step, step => step.Mode, StringComparer.Ordinal);
    }

    /// <summary>What a step does.</summary>
    /// <param name="step">The step.</param>
    /// <param name="plan">How the plan sets some of them.</param>
    public StepMode ModeOf(IPipelineStep step, IReadOnlyList<StepSetting> plan)
    {
        if (step.Policy is not { } policy)
            return StepMode.Block;
        // At every request: without an enumerator.
        for (var i = 0; i < plan.Count; i++)
        {
            if (plan[i].Step == policy.Step)
                return plan[i].Mode;
        }

        return configured.GetValueOrDefault(policy.Step, policy.Default);
    }

    /// <summary>What is wrong with a setting; null when it can be made.</summary>
    public string? Fault(StepSetting setting) => StepPolicy.Fault(policies, setting);
}
