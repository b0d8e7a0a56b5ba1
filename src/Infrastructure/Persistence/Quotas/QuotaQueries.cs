using CleanLlm.Application.Quotas;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Quotas;

internal sealed class QuotaQueries(AppDbContext database) : IQuotaQueries
{
    private static readonly QuotaWindow[] Windows = Enum.GetValues<QuotaWindow>();

    public async Task<IReadOnlyList<QuotaCounter>> CurrentAsync(UserId user, DateTimeOffset now, CancellationToken ct)
    {
        var periods = Windows.Select(window => window.PeriodStart(now)).Distinct().ToList();
        var subject = QuotaSubjectId.Of(user, key: null);
        var counters = await database.QuotaCounters
            .AsNoTracking()
            .Where(counter => counter.SubjectId == subject && periods.Contains(counter.PeriodStart))
            .ToListAsync(ct);
        // A minute, an hour, a day and a month may begin together: keep each window's own period.
        return [.. counters.Where(counter => counter.PeriodStart == counter.Window.PeriodStart(now))];
    }
}
