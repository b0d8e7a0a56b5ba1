using CleanLlm.Application.Prompting.Policies;
using CleanLlm.Domain.Quotas;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Persistence.Quotas;

/// <summary>The program does not start with plans that an admin could not make either.</summary>
internal sealed class PlanOptionsValidator(StepPolicies policies) : IValidateOptions<List<PlanOptions>>
{
    public ValidateOptionsResult Validate(string? name, List<PlanOptions> options)
    {
        List<string> failures = [.. options.SelectMany((plan, place) => Faults(plan, $"{PlanOptions.Section}:{place}"))];
        if (options.Count > 0 && options.Count(plan => plan.Default) != 1)
            failures.Add("Plans:0:Default and so on: exactly one of the configured plans must say true.");
        failures.AddRange(options.GroupBy(plan => plan.Name.Trim(), StringComparer.Ordinal).Where(plans => plans.Count() > 1)
            .Select(plans => $"{PlanOptions.Section}: the name '{plans.Key}' is used twice."));
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private IEnumerable<string> Faults(PlanOptions plan, string path)
    {
        var outcome = Plan.Create(plan.Terms, DateTimeOffset.UnixEpoch);
        return outcome.IsSuccess
            ? plan.Steps.Select((step, place) => policies.Fault(step.Setting) is { } fault ? $"{path}:Steps:{place}: {fault}" : null).OfType<string>()
            : outcome.Error.Fields.SelectMany(field => field.Value.Select(fault => $"{path}:{char.ToUpperInvariant(field.Key[0])}{field.Key[1..]}: {fault}"));
    }
}
