using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Completions;

/// <summary>
/// SQLite has one writer at a time, so a transaction is its own lock. Waiting for it inside SQLite would hold a thread
/// and poll; waiting at a semaphore before it does neither.
/// </summary>
internal sealed class SqliteCompletionStore(IDbContextFactory<AppDbContext> databases) : CompletionStore(databases), IDisposable
{
    private readonly SemaphoreSlim writer = new(1, 1);

    public void Dispose() => writer.Dispose();

    protected override async Task<WriteScope> BeginAsync(AppDbContext database, CancellationToken ct)
    {
        await writer.WaitAsync(ct);
        try
        {
            return new WriteScope(await database.Database.BeginTransactionAsync(ct), () => writer.Release());
        }
        catch
        {
            writer.Release();
            throw;
        }
    }

    protected override async Task<IReadOnlyList<QuotaCounter>> LockCountersAsync(
        AppDbContext database, UserId user, IReadOnlyList<PlanLimit> limits, DateTimeOffset now, CancellationToken ct)
    {
        var counters = new List<QuotaCounter>(limits.Count);
        foreach (var limit in limits)
        {
            var (metric, window, _) = limit;
            var (subject, period) = (QuotaSubjectId.Of(user, limit.Key), window.PeriodStart(now));
            var counter = await database.QuotaCounters.AsNoTracking().SingleOrDefaultAsync(
                row => row.SubjectId == subject && row.Metric == metric && row.Window == window && row.PeriodStart == period, ct);
            if (counter is null)
                database.Add(counter = new QuotaCounter(subject, metric, window, period));
            counters.Add(counter);
        }

        await database.SaveChangesAsync(ct);
        return counters;
    }
}
