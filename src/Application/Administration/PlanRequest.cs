using CleanLlm.Application.Prompting.Policies;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Quotas;
using FluentValidation;
using FluentValidation.Results;

namespace CleanLlm.Application.Administration;

/// <summary>A request that says all that a plan is made of.</summary>
public interface IPlanRequest
{
    /// <summary>What the plan is to be.</summary>
    PlanTerms Terms { get; }
}

/// <summary>What can be wrong with a plan's texts and figures; the plan itself knows how they have to fit together.</summary>
internal abstract class PlanRequestValidator<T> : AbstractValidator<T>
    where T : IPlanRequest
{
    private const int MostModels = 1_000;

    /// <param name="policies">The steps that a plan can set.</param>
    protected PlanRequestValidator(StepPolicies policies)
    {
        RuleFor(request => request.Terms.Name)
            .Must(name => !string.IsNullOrWhiteSpace(name) && name.Trim().Length <= Plan.NameMaxLength && !name.Any(char.IsControl))
            .OverridePropertyName("name")
            .WithMessage($"1 to {Plan.NameMaxLength} characters, none of them a control character.");
        RuleFor(request => request.Terms.AllowedModels)
            .Must(models => models.Count <= MostModels && models.All(IsModel))
            .OverridePropertyName("allowedModels")
            .WithMessage($"At most {MostModels} model ids of 1 to {Chat.ModelMaxLength} characters.");
        RuleFor(request => request.Terms.Limits)
            .Must(limits => limits.All(limit => limit is { Amount: >= 0 and <= PlanLimit.MaxAmount }))
            .OverridePropertyName("limits")
            .WithMessage($"An amount is 0 to {PlanLimit.MaxAmount}.");
        RuleFor(request => request.Terms.RequestRates)
            .Must(rates => rates.All(rate => rate is { IsValid: true }))
            .OverridePropertyName("requestRates")
            .WithMessage($"A rate is 1 to {RequestRate.MaxPerMinute} a minute, and that of a key no more than that of its user.");
        RuleFor(request => request.Terms.SystemPrompt)
            .MaximumLength(Plan.SystemPromptMaxLength)
            .OverridePropertyName("systemPrompt");
        RuleFor(request => request.Terms.Steps).Custom((steps, context) =>
        {
            foreach (var step in steps)
            {
                var fault = step is { Step: not null } ? policies.Fault(step) : "A step has a name and a mode.";
                if (fault is not null)
                    context.AddFailure(new ValidationFailure("steps", fault));
            }
        });
    }

    private static bool IsModel(string? model) => model is { Length: >= 1 and <= Chat.ModelMaxLength } && !model.Any(char.IsControl);
}
