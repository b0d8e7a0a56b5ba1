using CleanLlm.Application.Callers;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using MediatR;

namespace CleanLlm.Application.Quotas;

/// <summary>What the caller may still spend.</summary>
public sealed record GetQuota : IRequest<Result<QuotaStatusDto>>;

internal sealed class GetQuotaHandler(IPlanLookup plans, IQuotaQueries quotas, ICurrentUser user, TimeProvider clock)
    : IRequestHandler<GetQuota, Result<QuotaStatusDto>>
{
    public async Task<Result<QuotaStatusDto>> Handle(GetQuota request, CancellationToken cancellationToken)
    {
        if (await plans.PlanOfAsync(user.Id, cancellationToken) is not { } plan)
            return AuthErrors.AccountUnavailable;

        var now = clock.GetUtcNow();
        var counters = await quotas.CurrentAsync(user.Id, now, cancellationToken);
        return new QuotaStatusDto(
            plan.Name,
            [.. plan.Limits.Select(limit => QuotaLimitDto.From(
                limit, counters.FirstOrDefault(counter => counter.Metric == limit.Metric && counter.Window == limit.Window), now))]);
    }
}
