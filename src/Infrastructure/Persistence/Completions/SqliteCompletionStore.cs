using CleanLlm.Application.Completions;
using CleanLlm.Application.Faults;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Infrastructure.Persistence.Content;
using CleanLlm.Infrastructure.Persistence.Quotas;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Persistence.Completions;

/// <summary>
/// SQLite has one writer at a time, so a transaction is its own lock, and there is one lane. A group is one transaction, in which each write is
/// decided step by step and can be undone by itself.
/// </summary>
internal sealed class SqliteCompletionStore : CompletionStore, IGroupWriter
{
    private const string Before = "before";

    private readonly SqliteWriter writer;
    private readonly IDatabaseFaults faults;
    private readonly TimeProvider clock;
    private readonly GroupedWrites groups;

    public SqliteCompletionStore(
        IDbContextFactory<AppDbContext> databases, DataKeys keys, IOptions<CompletionOptions> options, SqliteWriter writer, IDatabaseFaults faults, TimeProvider clock)
        : base(databases, keys, options)
    {
        (this.writer, this.faults, this.clock) = (writer, faults, clock);
        groups = new GroupedWrites(this);
    }

    // One group writes; others read their chats meanwhile.
    public override int AdmissionsAtOnce => GroupedWrites.MostInGroup / 4;

    public override async Task<Result<IReadOnlyList<QuotaCounter>>> AdmitAsync(
        Completion completion, IReadOnlyList<PlanLimit> limits, QuotaDemand demand, CancellationToken ct)
    {
        var cipher = await Keys.OfAsync(completion.UserId, ct);
        completion.Hold(Reservation.For(limits, demand, demand.MaxCompletionTokens, completion.CreatedAt), Until(completion));
        // The group always decides, so the outcome is never null.
        return (await groups.WriteAsync(new AdmissionWrite(completion, cipher, limits, demand, _ => 0), ct))!.Value;
    }

    public override async Task<IReadOnlySet<CompletionId>> CheckpointAsync(IReadOnlyList<CompletionCheckpoint> checkpoints, CancellationToken ct)
    {
        var rows = await SealAsync(checkpoints, ct);
        await using var database = await Databases.CreateDbContextAsync(ct);
        HashSet<CompletionId> stored = [];
        await WriteAsync(database, async _ =>
        {
            var until = clock.GetUtcNow() + Lease;
            foreach (var (checkpoint, cipher) in rows)
            {
                if (await Running(database, checkpoint.Id).AsTracking().SingleOrDefaultAsync(ct) is not { } completion)
                    continue;
                var row = database.Entry(completion);
                row.CurrentValues.SetValues(checkpoint with { Answer = cipher.Seal(ContentColumns.CompletionAnswer, checkpoint.Id.Value, checkpoint.Answer) });
                row.Property(stored => stored.LeaseExpiresAt).CurrentValue = until;
                stored.Add(checkpoint.Id);
            }

            await database.SaveChangesAsync(ct);
        });
        return stored;
    }

    public async Task WriteAsync(IReadOnlyList<CompletionWrite> group)
    {
        await using var database = await Databases.CreateDbContextAsync();
        await WriteAsync(database, async transaction =>
        {
            foreach (var write in group)
                await TryWriteAsync(database, transaction, write);
        });
    }

    public Task WriteAloneAsync(CompletionWrite write) => WriteAsync([write]);

    // A member at fault is rolled back to its savepoint; a fault that ends the transaction concerns all members.
    public bool CanSplit(Exception fault) => false;

    protected override Task<IReadOnlyList<QuotaCounter>?> CloseAsync(CompletionClosing closing, ContentCipher cipher, CancellationToken ct) =>
        groups.WriteAsync(new ClosingWrite(closing, cipher), ct);

    protected override Task<IReadOnlyList<QuotaCounter>?> CloseAbandonedAsync(CompletionClosing closing, ContentCipher cipher, CancellationToken ct) =>
        groups.WriteAsync(new AbandonedClosing(closing, cipher), ct);

    // Every closing gives back what is stored as held.
    protected override Task<IReadOnlyList<QuotaCounter>?> CloseUncertainAsync(CompletionClosing closing, ContentCipher cipher, CancellationToken ct) =>
        CloseAsync(closing, cipher, ct);

    protected override async Task<Result<Reservation>> GrowAsync(GrowthWrite growth, CancellationToken ct) =>
        (await groups.WriteAsync(growth, ct))!.Value;

    protected override IQueryable<Completion> Abandoned(AppDbContext database, UserId? user)
    {
        // The file belongs to this process, so its clock is the database's.
        var now = clock.GetUtcNow();
        return AllRunning(database, user).Where(completion => completion.LeaseExpiresAt < now);
    }

    protected override async Task<bool> RenewLeaseAsync(AppDbContext database, CompletionId id, CancellationToken ct)
    {
        var until = clock.GetUtcNow() + Lease;
        return await Running(database, id).ExecuteUpdateAsync(row => row.SetProperty(completion => completion.LeaseExpiresAt, until), ct) == 1;
    }

    protected override async Task<IReadOnlyList<QuotaCounter>> LockCountersAsync(
        AppDbContext database, UserId user, IReadOnlyList<PlanLimit> limits, DateTimeOffset now, CancellationToken ct)
    {
        var counters = new List<QuotaCounter>(limits.Count);
        foreach (var limit in limits)
        {
            var key = new CounterKey(QuotaSubjectId.Of(user, limit.Key), limit.Metric, limit.Window, limit.Window.PeriodStart(now));
            var counter = await database.CounterOf(key).AsNoTracking().SingleOrDefaultAsync(ct);
            if (counter is null)
                database.Add(counter = key.Empty);
            counters.Add(counter);
        }

        await database.SaveChangesAsync(ct);
        return counters;
    }

    private async Task WriteAsync(AppDbContext database, Func<IDbContextTransaction, Task> steps)
    {
        // Waiting inside SQLite would hold a thread and poll; waiting before it does neither.
        await writer.WaitAsync(default);
        try
        {
            await using var transaction = await database.Database.BeginTransactionAsync();
            await steps(transaction);
            await transaction.CommitAsync();
        }
        finally
        {
            writer.Release();
        }
    }

    private async Task TryWriteAsync(AppDbContext database, IDbContextTransaction transaction, CompletionWrite write)
    {
        await transaction.CreateSavepointAsync(Before);
        try
        {
            if (await IsWrittenAsync(database, write))
                return;
        }
        catch (Exception fault) when (!faults.IsTransient(fault))
        {
            write.Fail(fault);
        }
        finally
        {
            // Also what could not be saved: it is not to be tried again with the next one.
            database.ChangeTracker.Clear();
        }

        await transaction.RollbackToSavepointAsync(Before);
    }

    private async Task<bool> IsWrittenAsync(AppDbContext database, CompletionWrite write)
    {
        switch (write)
        {
            case AdmissionWrite admission:
                var admitted = await AdmitStepByStepAsync(database, admission, default);
                admission.Outcome = admitted;
                return admitted.IsSuccess;
            case GrowthWrite growth:
                var grown = await GrowStepByStepAsync(database, growth, default);
                growth.Outcome = grown;
                return grown.IsSuccess;
            case ClosingWrite closing:
                var running = closing is AbandonedClosing ? Abandoned(database, user: null) : Running(database, closing.Completion.Id);
                var held = await running.Where(completion => completion.Id == closing.Completion.Id).Select(completion => completion.Reservation).SingleOrDefaultAsync();
                if (held is null)
                    return false;
                closing.Outcome = await ClosingSteps.CloseAsync(database, closing.Closing with { Released = held }, closing.Cipher);
                return true;
            default:
                throw new InvalidOperationException($"No step writes a {write.GetType().Name}.");
        }
    }

    /// <summary>A closing that is written only if the lease has expired by then.</summary>
    private sealed class AbandonedClosing(CompletionClosing closing, ContentCipher cipher) : ClosingWrite(closing, cipher);
}
