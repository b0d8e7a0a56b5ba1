using CleanLlm.Application.Completions;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Persistence.Completions;

/// <summary>
/// SQLite has one writer at a time, so a transaction is its own lock. Waiting for it inside SQLite would hold a thread
/// and poll; waiting at a semaphore before it does neither.
/// </summary>
internal sealed class SqliteCompletionStore(
    IDbContextFactory<AppDbContext> databases, IOptions<CompletionOptions> options, SqliteWriter writer, TimeProvider clock)
    : CompletionStore(databases, options)
{
    // One writes; the others read their chats meanwhile.
    private const int Admissions = 8;

    public override int AdmissionsAtOnce => Admissions;

    public override async Task<IReadOnlySet<CompletionId>> CheckpointAsync(IReadOnlyList<CompletionCheckpoint> checkpoints, CancellationToken ct)
    {
        await using var database = await Databases.CreateDbContextAsync(ct);
        await using var scope = await BeginAsync(database, ct);
        var until = clock.GetUtcNow() + Lease;
        HashSet<CompletionId> stored = [];
        foreach (var checkpoint in checkpoints)
        {
            var isRunning = await Running(database, checkpoint.Id).ExecuteUpdateAsync(
                row => row
                    .SetProperty(completion => completion.Answer, checkpoint.Answer)
                    .SetProperty(completion => completion.CompletionTokens, checkpoint.CompletionTokens)
                    .SetProperty(completion => completion.LeaseExpiresAt, until)
                    .SetProperty(completion => completion.Model, checkpoint.Model)
                    .SetProperty(completion => completion.Provider, checkpoint.Provider)
                    .SetProperty(completion => completion.ReasoningTokens, checkpoint.ReasoningTokens)
                    .SetProperty(completion => completion.Price, checkpoint.Price)
                    .SetProperty(completion => completion.Findings, checkpoint.Findings),
                ct) == 1;
            if (isRunning)
                stored.Add(checkpoint.Id);
        }

        await scope.Transaction.CommitAsync(CancellationToken.None);
        return stored;
    }

    // The file belongs to this process, so its clock is the database's.
    protected override IQueryable<Completion> Abandoned(AppDbContext database)
    {
        var now = clock.GetUtcNow();
        return database.Completions.Where(completion => completion.LeaseExpiresAt != null && completion.LeaseExpiresAt < now);
    }

    protected override Task StampLeaseAsync(AppDbContext database, CompletionId id, CancellationToken ct) => Task.CompletedTask;

    protected override async Task<bool> RenewLeaseAsync(AppDbContext database, CompletionId id, CancellationToken ct)
    {
        var until = clock.GetUtcNow() + Lease;
        return await Running(database, id).ExecuteUpdateAsync(row => row.SetProperty(completion => completion.LeaseExpiresAt, until), ct) == 1;
    }

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
