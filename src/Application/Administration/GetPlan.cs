using AutoMapper;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.Administration;

/// <summary>One plan.</summary>
public sealed record GetPlan(PlanId Id) : IRequest<Result<PlanDto>>;

internal sealed class GetPlanHandler(IPlanRepository plans, IMapper mapper) : IRequestHandler<GetPlan, Result<PlanDto>>
{
    public async Task<Result<PlanDto>> Handle(GetPlan request, CancellationToken ct) =>
        await plans.FindAsync(request.Id, ct) is { } plan ? mapper.Map<PlanDto>(plan) : PlanErrors.NotFound;
}
