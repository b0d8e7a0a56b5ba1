using CleanLlm.Application.Accounts;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.Usage;

/// <summary>What the caller used, from the ledger.</summary>
/// <param name="From">The first moment; null for the beginning of the calendar month (UTC).</param>
/// <param name="To">The moment it ends before; null for now.</param>
/// <param name="By">What the lines are for.</param>
public sealed record GetUsage(DateTimeOffset? From, DateTimeOffset? To, UsageGrouping By) : IRequest<Result<UsageReportDto>>;

internal sealed class GetUsageHandler(IUsageQueries usage, ICurrentUser user, TimeProvider clock) : IRequestHandler<GetUsage, Result<UsageReportDto>>
{
    private const int LongestDays = 366;

    public async Task<Result<UsageReportDto>> Handle(GetUsage request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var from = request.From?.ToUniversalTime() ?? new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero);
        var to = request.To?.ToUniversalTime() ?? now;
        if (from >= to)
            return Error.Invalid("from", "Must be before 'to'.");
        if (to - from > TimeSpan.FromDays(LongestDays))
            return Error.Invalid("from", $"At most {LongestDays} days before 'to'.");

        var lines = await usage.SumAsync(user.Id, from, to, request.By, cancellationToken);
        return new UsageReportDto(from, to, Total(lines), lines);
    }

    private static UsageFiguresDto Total(IReadOnlyList<UsageLineDto> lines) => new(
        lines.Sum(line => line.Requests), lines.Sum(line => line.PromptTokens), lines.Sum(line => line.CompletionTokens), lines.Sum(line => line.CostMicros));
}
