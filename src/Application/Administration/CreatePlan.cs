using System.Text.Json;
using AutoMapper;
using CleanLlm.Application.Audit;
using CleanLlm.Application.Callers;
using CleanLlm.Application.Prompting.Policies;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.Administration;

/// <summary>Makes a plan.</summary>
public sealed record CreatePlan(PlanTerms Terms) : IRequest<Result<PlanDto>>, IPlanRequest;

internal sealed class CreatePlanValidator(StepPolicies policies) : PlanRequestValidator<CreatePlan>(policies);

internal sealed class CreatePlanHandler(IPlanRepository plans, IAuditTrail audit, ICurrentUser current, IMapper mapper, TimeProvider clock)
    : IRequestHandler<CreatePlan, Result<PlanDto>>
{
    public async Task<Result<PlanDto>> Handle(CreatePlan request, CancellationToken ct)
    {
        var made = Plan.Create(request.Terms, clock.GetUtcNow());
        if (!made.IsSuccess)
            return made.Error;

        var plan = made.Value;
        audit.Add(new AuditEvent(
            AuditActions.PlanCreated, current.Id.Value, plan.Id.Value, JsonSerializer.Serialize(new { name = plan.Name, isDefault = plan.IsDefault, hasSystemPrompt = plan.SystemPrompt is not null })));
        return await plans.SaveAsync(plan, ct) is { } refusal ? refusal : mapper.Map<PlanDto>(plan);
    }
}
