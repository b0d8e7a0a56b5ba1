using CleanLlm.Application.Completions;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Infrastructure.Persistence.Quotas;
using CleanLlm.Infrastructure.Persistence.Content;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Persistence.Completions;

/// <summary>
/// What both databases have in common: admitting step by step under lock, where the domain decides, and looking for what runs. Writing in groups
/// is each database's own way.
/// </summary>
internal abstract class CompletionStore(IDbContextFactory<AppDbContext> databases, DataKeys keys, IOptions<CompletionOptions> options) : ICompletionStore
{
    /// <summary>How long a lease holds.</summary>
    protected TimeSpan Lease => options.Value.Lease;

    /// <summary>Opens the database.</summary>
    protected IDbContextFactory<AppDbContext> Databases => databases;

    /// <summary>Encrypts and decrypts what is stored.</summary>
    protected DataKeys Keys => keys;

    public abstract int AdmissionsAtOnce { get; }

    public abstract Task<Result<IReadOnlyList<QuotaCounter>>> AdmitAsync(
        Completion completion, IReadOnlyList<PlanLimit> limits, QuotaDemand demand, CancellationToken ct);

    public async Task<Result<Reservation>> GrowAsync(
        Completion completion, IReadOnlyList<PlanLimit> limits, QuotaDemand demand, int wanted, IReadOnlyCollection<CompletionId> paused, CancellationToken ct) =>
        // What has ended holds nothing.
        completion.Reservation is null
            ? CompletionErrors.Interrupted
            : await GrowAsync(new GrowthWrite(completion, await keys.OfAsync(completion.UserId, ct), limits, demand, wanted) { Paused = paused }, ct);

    public async Task<IReadOnlyList<QuotaCounter>> CountersAsync(UserId user, IReadOnlyList<PlanLimit> limits, DateTimeOffset now, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        return await database.CountersOfAsync(
            limits.Select(limit => new CounterKey(QuotaSubjectId.Of(user, limit.Key), limit.Metric, limit.Window, limit.Window.PeriodStart(now))), ct);
    }

    public abstract Task<IReadOnlySet<CompletionId>> CheckpointAsync(IReadOnlyList<CompletionCheckpoint> checkpoints, CancellationToken ct);

    public async Task<IReadOnlyList<QuotaCounter>?> CloseAsync(CompletionClosing closing, CancellationToken ct) =>
        await CloseAsync(closing, await keys.OfAsync(closing.Completion.UserId, ct), ct);

    public async Task<IReadOnlyList<QuotaCounter>?> CloseAbandonedAsync(CompletionClosing closing, CancellationToken ct) =>
        await CloseAbandonedAsync(closing, await keys.OfAsync(closing.Completion.UserId, ct), ct);

    public async Task<IReadOnlyList<QuotaCounter>?> CloseUncertainAsync(CompletionClosing closing, CancellationToken ct) =>
        await CloseUncertainAsync(closing, await keys.OfAsync(closing.Completion.UserId, ct), ct);

    public async Task RequestCancelAsync(CompletionId id, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        await Running(database, id).ExecuteUpdateAsync(row => row.SetProperty(completion => completion.CancelRequested, true), ct);
    }

    public async Task<IReadOnlyList<CompletionId>> ListCancelRequestedAsync(IReadOnlyCollection<CompletionId> among, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        return await database.Completions
            .Where(completion => among.Contains(completion.Id) && completion.CancelRequested)
            .Select(completion => completion.Id)
            .ToListAsync(ct);
    }

    public async Task<IReadOnlyList<Completion>> ListAbandonedAsync(UserId? user, LeaseKey? after, int limit, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        return await OldestAsync(Abandoned(database, user), after, limit, ct);
    }

    public async Task<IReadOnlyList<Completion>> ListRunningAsync(LeaseKey? after, int limit, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        return await OldestAsync(AllRunning(database, user: null), after, limit, ct);
    }

    /// <summary>Admits step by step, in the caller's transaction, which is to be undone unless it succeeds.</summary>
    protected async Task<Result<IReadOnlyList<QuotaCounter>>> AdmitStepByStepAsync(AppDbContext database, AdmissionWrite admission, CancellationToken ct)
    {
        var (completion, limits) = (admission.Completion, admission.Limits);
        // Counters are locked first, as in every group: the checks below must see what earlier holders of the locks have committed.
        var counters = await LockCountersAsync(database, completion.UserId, limits, completion.CreatedAt, ct);
        if (await ObstacleAsync(database, completion, ct) is { } obstacle)
            return obstacle;
        var decision = Reservation.Decide(completion.UserId, limits, counters, admission.Demand, completion.CreatedAt);
        if (!decision.IsSuccess)
            return decision.Error;

        completion.Hold(decision.Value, Until(completion));
        foreach (var hold in decision.Value.Holds)
        {
            await Counter(database, completion.UserId, hold).ExecuteUpdateAsync(
                row => row.SetProperty(counter => counter.Reserved, counter => counter.Reserved + hold.Amount), ct);
        }

        database.AddRange(completion, RunningCompletion.Of(completion));
        if (completion.IdempotencyKey is { } key)
            database.Add(key);
        try
        {
            await admission.Cipher.SaveAsync(database, ct);
        }
        catch (DbUpdateException twice) when (UniqueViolation.IsCauseOf(twice))
        {
            // A plan without limits has no counter whose lock would put two requests in order.
            return await ObstacleAsync(database, completion, ct) ?? ChatErrors.Moved;
        }

        await RenewLeaseAsync(database, completion.Id, ct);
        return Result<IReadOnlyList<QuotaCounter>>.Success(
            [.. counters.Zip(decision.Value.Holds, (counter, hold) => counter with { Reserved = counter.Reserved + hold.Amount })]);
    }

    /// <summary>As <see cref="ICompletionStore.CloseAsync"/>.</summary>
    protected abstract Task<IReadOnlyList<QuotaCounter>?> CloseAsync(CompletionClosing closing, ContentCipher cipher, CancellationToken ct);

    /// <summary>As <see cref="ICompletionStore.CloseAbandonedAsync"/>.</summary>
    protected abstract Task<IReadOnlyList<QuotaCounter>?> CloseAbandonedAsync(CompletionClosing closing, ContentCipher cipher, CancellationToken ct);

    /// <summary>As <see cref="ICompletionStore.CloseUncertainAsync"/>.</summary>
    protected abstract Task<IReadOnlyList<QuotaCounter>?> CloseUncertainAsync(CompletionClosing closing, ContentCipher cipher, CancellationToken ct);

    /// <summary>The checkpoints, to be stored.</summary>
    protected async Task<IReadOnlyList<Sealed<CompletionCheckpoint>>> SealAsync(IReadOnlyList<CompletionCheckpoint> checkpoints, CancellationToken ct)
    {
        var rows = new Sealed<CompletionCheckpoint>[checkpoints.Count];
        for (var i = 0; i < rows.Length; i++)
            rows[i] = new(checkpoints[i], await keys.OfAsync(checkpoints[i].UserId, ct));
        return rows;
    }

    /// <summary>Lets a hold grow in a group, or step by step.</summary>
    protected abstract Task<Result<Reservation>> GrowAsync(GrowthWrite growth, CancellationToken ct);

    /// <summary>Lets a hold grow step by step, in the caller's transaction, which is to be undone unless it succeeds.</summary>
    protected async Task<Result<Reservation>> GrowStepByStepAsync(AppDbContext database, GrowthWrite growth, CancellationToken ct)
    {
        var completion = growth.Completion;
        // The counters before the row, as in every group. A sweep that saw the lease expired finds it renewed, so it cannot close the row with the smaller hold.
        var counters = await LockCountersAsync(database, completion.UserId, growth.Limits, completion.CreatedAt, ct);
        if (!await RenewLeaseAsync(database, completion.Id, ct) || await Running(database, completion.Id).Select(running => running.Reservation).SingleOrDefaultAsync(ct) is not { } held)
            return CompletionErrors.Interrupted;
        if (growth.Paused.Count > 0)
        {
            // As they are stored: an answer that has ended meanwhile has been settled, and is not counted twice.
            var spent = await database.Completions
                .Where(running => growth.Paused.Contains(running.Id) && running.Status == CompletionStatus.Running)
                .Select(running => running.Reservation!)
                .ToListAsync(ct);
            counters = [.. counters.Select(counter => counter.AfterCharging(completion.UserId, spent))];
        }

        var decision = held.Grow(completion.UserId, growth.Limits, counters, growth.Demand, growth.Wanted, completion.CreatedAt);
        if (!decision.IsSuccess)
            return decision.Error;

        var larger = decision.Value;
        await Running(database, completion.Id).ExecuteUpdateAsync(row => row.SetProperty(stored => stored.Reservation, larger), ct);
        foreach (var (before, after) in held.Holds.Zip(larger.Holds))
        {
            await Counter(database, completion.UserId, after).ExecuteUpdateAsync(
                row => row.SetProperty(counter => counter.Reserved, counter => counter.Reserved + after.Amount - before.Amount), ct);
        }

        return larger;
    }

    /// <summary>Why nothing is admitted at a place of a chat; null when nothing runs there any more.</summary>
    protected async Task<Error?> BusyAsync(ChatTurn turn, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        return await BusyAsync(database, turn, ct);
    }

    /// <summary>The counters of the limits' current periods, made when missing and locked in the order of their key.</summary>
    protected abstract Task<IReadOnlyList<QuotaCounter>> LockCountersAsync(
        AppDbContext database, UserId user, IReadOnlyList<PlanLimit> limits, DateTimeOffset now, CancellationToken ct);

    /// <summary>The running completions whose lease has ended by the database's clock.</summary>
    /// <param name="database">The database.</param>
    /// <param name="user">The user; null for all users.</param>
    protected abstract IQueryable<Completion> Abandoned(AppDbContext database, UserId? user);

    /// <summary>Renews the lease of a running completion by the database's clock, and keeps others from its row.</summary>
    /// <returns>False when it runs no more.</returns>
    protected abstract Task<bool> RenewLeaseAsync(AppDbContext database, CompletionId id, CancellationToken ct);

    /// <summary>The row of a completion, if it runs.</summary>
    protected static IQueryable<Completion> Running(AppDbContext database, CompletionId id) =>
        database.Completions.Where(completion => completion.Id == id && completion.Status == CompletionStatus.Running);

    /// <summary>Until when a completion that is admitted now has its lease, by the clock of this process.</summary>
    protected DateTimeOffset Until(Completion completion) => completion.CreatedAt + Lease;

    /// <summary>The row of a counter.</summary>
    protected static IQueryable<QuotaCounter> Counter(AppDbContext database, UserId user, QuotaHold hold) =>
        database.CounterOf(new CounterKey(QuotaSubjectId.Of(user, hold.Key), hold.Metric, hold.Window, hold.PeriodStart));

    /// <summary>The running completions.</summary>
    /// <param name="database">The database.</param>
    /// <param name="user">The user; null for all users.</param>
    protected static IQueryable<Completion> AllRunning(AppDbContext database, UserId? user) =>
        from running in database.Set<RunningCompletion>()
        where user == null || running.UserId == user
        join completion in database.Completions on running.Id equals completion.Id
        select completion;

    private static async Task<Error?> ObstacleAsync(AppDbContext database, Completion completion, CancellationToken ct)
    {
        if (completion.IdempotencyKey is { } key
            && await database.Set<IdempotencyKey>().AnyAsync(known => known.UserId == key.UserId && known.KeyHash == key.KeyHash, ct))
            return CompletionErrors.AlreadyAsked;
        if (completion.Turn is not { } turn)
            return null;
        return await BusyAsync(database, turn, ct)
            ?? (turn.FollowsLeaf && !await database.Chats.AnyAsync(chat => chat.Id == turn.ChatId && chat.ActiveLeafId == turn.ParentId, ct)
                ? ChatErrors.Moved
                : null);
    }

    // On the connection of the transaction where there is one: with all connections in such transactions, a second one could not be opened.
    private static async Task<Error?> BusyAsync(AppDbContext database, ChatTurn turn, CancellationToken ct)
    {
        var running = await database.Set<RunningCompletion>()
            .Where(running => running.ChatId == turn.ChatId && running.BranchPoint == turn.BranchPoint)
            .Select(running => (CompletionId?)running.Id)
            .FirstOrDefaultAsync(ct);
        return running is { } id ? ChatErrors.Busy(id) : null;
    }

    private async Task<IReadOnlyList<Completion>> OldestAsync(IQueryable<Completion> completions, LeaseKey? after, int limit, CancellationToken ct)
    {
        if (after is var (end, last))
            completions = completions.Where(completion => completion.LeaseExpiresAt >= end && (completion.LeaseExpiresAt > end || completion.Id > last));
        var oldest = await completions.AsNoTracking().OrderBy(completion => completion.LeaseExpiresAt).ThenBy(completion => completion.Id).Take(limit).ToListAsync(ct);
        foreach (var completion in oldest)
            (await keys.OfAsync(completion.UserId, ct)).OpenOrDrop(completion);
        return oldest;
    }
}
