using CleanLlm.Application.Callers;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.Usage;

/// <summary>What the caller used, from the ledger.</summary>
/// <param name="From">The first moment; null for the beginning of the calendar month (UTC).</param>
/// <param name="To">The moment it ends before; null for now.</param>
/// <param name="By">What the lines are for.</param>
public sealed record GetUsage(DateTimeOffset? From, DateTimeOffset? To, UsageGrouping By) : IRequest<Result<UsageReportDto>>;

internal sealed class GetUsageHandler(UsageReporting reporting, ICurrentUser user) : IRequestHandler<GetUsage, Result<UsageReportDto>>
{
    public Task<Result<UsageReportDto>> Handle(GetUsage request, CancellationToken ct) =>
        reporting.ReportAsync(user.Id, request.From, request.To, request.By, ct);
}
