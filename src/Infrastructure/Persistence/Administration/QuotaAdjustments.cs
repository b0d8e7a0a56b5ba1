using CleanLlm.Application.Administration;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Administration;

internal sealed class QuotaAdjustments(AppDbContext database) : IQuotaAdjustments
{
    public async Task<QuotaCounter?> GrantAsync(UserId user, PlanLimit limit, long amount, DateTimeOffset now, CancellationToken ct)
    {
        var (subject, period) = (QuotaSubjectId.Of(user, limit.Key), limit.Window.PeriodStart(now));
        await using var transaction = await AuditedTransaction.BeginAsync(database, ct);
        // One statement: an admission may be making or changing the same counter. SQLite keeps times as ticks.
        object start = database.IsEmbedded ? period.UtcTicks : period;
        await database.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO quota_counters AS c (subject_id, metric, "window", period_start, used, reserved, granted)
            VALUES ({subject.Value}, {(int)limit.Metric}, {(int)limit.Window}, {start}, 0, 0, {limit.Metric.ToCounter(amount)})
            ON CONFLICT (subject_id, metric, "window", period_start) DO UPDATE SET granted = c.granted + excluded.granted
            """,
            ct);
        var counter = await database.QuotaCounters.AsNoTracking().SingleAsync(
            row => row.SubjectId == subject && row.Metric == limit.Metric && row.Window == limit.Window && row.PeriodStart == period, ct);
        if (!limit.AllowsGranted(counter.Granted))
            return null;

        await database.SaveChangesAsync(ct);
        await transaction.CommitAsync();
        return counter;
    }
}
