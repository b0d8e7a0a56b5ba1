using System.Text.Json;
using CleanLlm.Application.Audit;
using CleanLlm.Application.Callers;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.Administration;

/// <summary>Deletes a plan that is neither the default one nor any user's.</summary>
public sealed record DeletePlan(PlanId Id) : IRequest<Result<Unit>>;

internal sealed class DeletePlanHandler(IPlanRepository plans, IAuditTrail audit, ICurrentUser current)
    : IRequestHandler<DeletePlan, Result<Unit>>
{
    public async Task<Result<Unit>> Handle(DeletePlan request, CancellationToken ct)
    {
        if (await plans.FindAsync(request.Id, ct) is not { } plan)
            return PlanErrors.NotFound;

        audit.Add(new AuditEvent(AuditActions.PlanDeleted, current.Id.Value, plan.Id.Value, JsonSerializer.Serialize(new { name = plan.Name })));
        return await plans.RemoveAsync(plan, ct) is { } refusal ? refusal : Unit.Value;
    }
}
