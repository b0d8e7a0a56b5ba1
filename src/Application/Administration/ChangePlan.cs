using System.Text.Json;
using AutoMapper;
using CleanLlm.Application.Audit;
using CleanLlm.Application.Callers;
using CleanLlm.Application.Prompting.Policies;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.Administration;

/// <summary>Replaces all terms of a plan; what its users have used stays counted.</summary>
public sealed record ChangePlan(PlanId Id, PlanTerms Terms) : IRequest<Result<PlanDto>>, IPlanRequest;

internal sealed class ChangePlanValidator(StepPolicies policies) : PlanRequestValidator<ChangePlan>(policies);

internal sealed class ChangePlanHandler(IPlanRepository plans, IAuditTrail audit, ICurrentUser current, IMapper mapper)
    : IRequestHandler<ChangePlan, Result<PlanDto>>
{
    public async Task<Result<PlanDto>> Handle(ChangePlan request, CancellationToken ct)
    {
        if (await plans.FindAsync(request.Id, ct) is not { } plan)
            return PlanErrors.NotFound;
        var (before, instructions) = (plan.Name, plan.SystemPrompt);
        if (plan.Change(request.Terms).Error is { } broken)
            return broken;

        audit.Add(new AuditEvent(
            AuditActions.PlanChanged,
            current.Id.Value,
            plan.Id.Value,
            JsonSerializer.Serialize(new { name = new { from = before, to = plan.Name }, isDefault = plan.IsDefault, systemPromptChanged = plan.SystemPrompt != instructions })));
        return await plans.SaveAsync(plan, ct) is { } refusal ? refusal : mapper.Map<PlanDto>(plan);
    }
}
