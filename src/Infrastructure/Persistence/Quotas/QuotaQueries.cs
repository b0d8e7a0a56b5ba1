using CleanLlm.Application.Quotas;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;

namespace CleanLlm.Infrastructure.Persistence.Quotas;

internal sealed class QuotaQueries(AppDbContext database) : IQuotaQueries
{
    private static readonly QuotaMetric[] Metrics = Enum.GetValues<QuotaMetric>();
    private static readonly QuotaWindow[] Windows = Enum.GetValues<QuotaWindow>();

    public async Task<IReadOnlyList<QuotaCounter>> CurrentAsync(UserId user, DateTimeOffset now, CancellationToken ct)
    {
        var subject = QuotaSubjectId.Of(user, key: null);
        return await database.CountersOfAsync(
            from metric in Metrics from window in Windows select new CounterKey(subject, metric, window, window.PeriodStart(now)), ct);
    }
}
