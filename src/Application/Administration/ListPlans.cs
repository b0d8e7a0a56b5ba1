using AutoMapper;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.Administration;

/// <summary>All plans by name.</summary>
public sealed record ListPlans : IRequest<Result<IReadOnlyList<PlanDto>>>;

internal sealed class ListPlansHandler(IPlanRepository plans, IMapper mapper) : IRequestHandler<ListPlans, Result<IReadOnlyList<PlanDto>>>
{
    public async Task<Result<IReadOnlyList<PlanDto>>> Handle(ListPlans request, CancellationToken ct) =>
        Result<IReadOnlyList<PlanDto>>.Success(mapper.Map<List<PlanDto>>(await plans.ListAsync(ct)));
}
