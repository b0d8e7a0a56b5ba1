using CleanLlm.Application.Accounts;
using CleanLlm.Application.Usage;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using MediatR;

namespace CleanLlm.Application.Administration;

/// <summary>What a user used, from the ledger.</summary>
/// <param name="UserId">Whose usage.</param>
/// <param name="From">The first moment; null for the beginning of the calendar month (UTC).</param>
/// <param name="To">The moment it ends before; null for now.</param>
/// <param name="By">What the lines are for.</param>
public sealed record GetUserUsage(UserId UserId, DateTimeOffset? From, DateTimeOffset? To, UsageGrouping By) : IRequest<Result<UsageReportDto>>;

internal sealed class GetUserUsageHandler(IUserRepository users, UsageReporting reporting) : IRequestHandler<GetUserUsage, Result<UsageReportDto>>
{
    public async Task<Result<UsageReportDto>> Handle(GetUserUsage request, CancellationToken ct) =>
        await users.FindAsync(request.UserId, ct) is null
            ? AdminErrors.UserNotFound
            : await reporting.ReportAsync(request.UserId, request.From, request.To, request.By, ct);
}
