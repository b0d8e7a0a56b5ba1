using CleanLlm.Application.Completions;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Usage;
using CleanLlm.Infrastructure.Persistence.Quotas;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Persistence.Completions;

/// <summary>
/// Admits and closes completions step by step in one transaction: load under lock, let the domain decide, write.
/// How a transaction begins and how counters are locked is the database's own way.
/// </summary>
internal abstract partial class CompletionStore(IDbContextFactory<AppDbContext> databases, IOptions<CompletionOptions> options) : ICompletionStore
{
    /// <summary>How long a lease holds.</summary>
    protected TimeSpan Lease => options.Value.Lease;

    protected IDbContextFactory<AppDbContext> Databases => databases;

    public abstract int AdmissionsAtOnce { get; }

    public virtual async Task<Result<IReadOnlyList<QuotaCounter>>> AdmitAsync(
        Completion completion, IReadOnlyList<PlanLimit> limits, QuotaDemand demand, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        await using var scope = await BeginAsync(database, ct);

        // Before the counters, as what is waited for here may be about to settle them; so with what would be held at most.
        completion.Hold(Reservation.For(limits, demand, demand.MaxCompletionTokens, completion.CreatedAt), Until(completion));
        if (!await TryAddAsync(database, completion, ct))
            return await BusyAsync(database, completion.Turn!, ct) ?? ChatErrors.Moved;
        if (completion.Turn is { FollowsLeaf: true } turn && !await IsLeafAsync(database, turn, ct))
            return ChatErrors.Moved;

        var counters = await LockCountersAsync(database, completion.UserId, limits, completion.CreatedAt, ct);

        var decision = Reservation.Decide(completion.UserId, limits, counters, demand, completion.CreatedAt);
        if (!decision.IsSuccess)
            return decision.Error;

        completion.Hold(decision.Value, Until(completion));
        foreach (var hold in decision.Value.Holds)
        {
            await Counter(database, completion.UserId, hold).ExecuteUpdateAsync(
                row => row.SetProperty(counter => counter.Reserved, counter => counter.Reserved + hold.Amount), ct);
        }

        if (completion.IdempotencyKey is { } key && !await TryAddAsync(database, key, ct))
            return CompletionErrors.AlreadyAsked;

        await database.SaveChangesAsync(ct);
        await StampLeaseAsync(database, completion.Id, ct);
        await scope.Transaction.CommitAsync(CancellationToken.None);
        return Result<IReadOnlyList<QuotaCounter>>.Success(
            [.. counters.Zip(decision.Value.Holds, (counter, hold) => counter with { Reserved = counter.Reserved + hold.Amount })]);
    }

    public async Task<IReadOnlyList<QuotaCounter>> CountersAsync(UserId user, IReadOnlyList<PlanLimit> limits, DateTimeOffset now, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        return await database.CountersOfAsync(
            limits.Select(limit => new CounterKey(QuotaSubjectId.Of(user, limit.Key), limit.Metric, limit.Window, limit.Window.PeriodStart(now))), ct);
    }

    public abstract Task<IReadOnlySet<CompletionId>> CheckpointAsync(IReadOnlyList<CompletionCheckpoint> checkpoints, CancellationToken ct);

    public Task<IReadOnlyList<QuotaCounter>?> CloseAsync(CompletionClosing closing, CancellationToken ct) =>
        CloseAsync(closing, isAbandoned: false, ct);

    public Task<IReadOnlyList<QuotaCounter>?> CloseAbandonedAsync(CompletionClosing closing, CancellationToken ct) =>
        CloseAsync(closing, isAbandoned: true, ct);

    public async Task RequestCancelAsync(CompletionId id, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        await Running(database, id).ExecuteUpdateAsync(row => row.SetProperty(completion => completion.CancelRequested, true), ct);
    }

    public async Task<IReadOnlyList<CompletionId>> ListCancelRequestedAsync(CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        return await database.Completions
            .Where(completion => completion.CancelRequested && completion.Status == CompletionStatus.Running)
            .Select(completion => completion.Id)
            .ToListAsync(ct);
    }

    public async Task<IReadOnlyList<Completion>> ListAbandonedAsync(UserId? user, LeaseKey? after, int limit, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        return await OldestAsync(Abandoned(database).Where(completion => user == null || completion.UserId == user), after, limit, ct);
    }

    public async Task<IReadOnlyList<Completion>> ListRunningAsync(LeaseKey? after, int limit, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        return await OldestAsync(database.Completions.Where(completion => completion.LeaseExpiresAt != null), after, limit, ct);
    }

    /// <summary>Closes a completion that runs.</summary>
    /// <param name="closing">What is stored.</param>
    /// <param name="isAbandoned">Whether its lease must have ended, as it is when the row is written.</param>
    /// <param name="ct">Ends the wait.</param>
    protected virtual async Task<IReadOnlyList<QuotaCounter>?> CloseAsync(CompletionClosing closing, bool isAbandoned, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        await using var scope = await BeginAsync(database, ct);
        var id = closing.Completion.Id;
        var row = isAbandoned ? Abandoned(database).Where(completion => completion.Id == id) : Running(database, id);
        if (await CloseRowAsync(row, closing.Completion, ct) == 0)
            return null;

        var counters = new List<QuotaCounter>(closing.Released.Holds.Count);
        foreach (var hold in closing.Released.Holds)
        {
            var charge = hold.Charge(closing.Entry);
            await Counter(database, closing.Completion.UserId, hold).ExecuteUpdateAsync(
                row => row
                    .SetProperty(counter => counter.Used, counter => counter.Used + charge)
                    .SetProperty(counter => counter.Reserved, counter => counter.Reserved - hold.Amount),
                ct);
            counters.Add(await Counter(database, closing.Completion.UserId, hold).AsNoTracking().SingleOrDefaultAsync(ct)
                ?? new QuotaCounter(QuotaSubjectId.Of(closing.Completion.UserId, hold.Key), hold.Metric, hold.Window, hold.PeriodStart));
        }

        if (closing.Entry is { } entry)
        {
            database.Add(entry);
            await AddToDayAsync(database, entry, ct);
        }

        // A chat deleted while its answer was being written gains no messages; the answer is charged all the same.
        if (closing.Exchange is { } exchange && await ContinueChatAsync(database, exchange, ct) == 1)
        {
            if (exchange.Question is { } question)
                database.Add(question);
            if (exchange.Answer is { } answer)
                database.Add(answer);
        }

        await database.SaveChangesAsync(ct);
        await scope.Transaction.CommitAsync(CancellationToken.None);
        return counters;
    }

    /// <summary>Why nothing is admitted at a place of a chat; null when nothing runs there any more.</summary>
    protected async Task<Error?> BusyAsync(ChatTurn turn, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        return await BusyAsync(database, turn, ct);
    }

    // By the connection of the transaction where there is one: a second one may not be had while all are taken by such transactions.
    private static async Task<Error?> BusyAsync(AppDbContext database, ChatTurn turn, CancellationToken ct)
    {
        var running = await database.Completions
            .Where(completion => completion.Turn!.ChatId == turn.ChatId
                && completion.Turn.BranchPoint == turn.BranchPoint
                // In the words of the index's filter, by which SQLite knows it.
                && (completion.Status == CompletionStatus.Queued || completion.Status == CompletionStatus.Running))
            .Select(completion => (CompletionId?)completion.Id)
            .FirstOrDefaultAsync(ct);
        return running is { } id ? ChatErrors.Busy(id) : null;
    }

    /// <summary>A transaction in which what is read under lock stays true until it ends.</summary>
    protected abstract Task<WriteScope> BeginAsync(AppDbContext database, CancellationToken ct);

    /// <summary>The counters of the limits' current periods, made when missing and locked in the order of the limits.</summary>
    protected abstract Task<IReadOnlyList<QuotaCounter>> LockCountersAsync(
        AppDbContext database, UserId user, IReadOnlyList<PlanLimit> limits, DateTimeOffset now, CancellationToken ct);

    /// <summary>The running completions whose lease has ended by the database's clock.</summary>
    protected abstract IQueryable<Completion> Abandoned(AppDbContext database);

    /// <summary>Gives a completion that was just stored its lease by the database's clock, where that is not this process's.</summary>
    protected abstract Task StampLeaseAsync(AppDbContext database, CompletionId id, CancellationToken ct);

    /// <summary>Renews the lease of a running completion by the database's clock, and keeps others from its row.</summary>
    /// <returns>False when it runs no more.</returns>
    protected abstract Task<bool> RenewLeaseAsync(AppDbContext database, CompletionId id, CancellationToken ct);

    /// <summary>The row of a completion, if it runs.</summary>
    protected static IQueryable<Completion> Running(AppDbContext database, CompletionId id) =>
        database.Completions.Where(completion => completion.Id == id && completion.Status == CompletionStatus.Running);

    /// <summary>Until when a completion that is admitted now has its lease, by the clock of this process.</summary>
    protected DateTimeOffset Until(Completion completion) => completion.CreatedAt + Lease;

    private static Task<List<Completion>> OldestAsync(IQueryable<Completion> completions, LeaseKey? after, int limit, CancellationToken ct)
    {
        if (after is var (end, last))
            completions = completions.Where(completion => completion.LeaseExpiresAt >= end && (completion.LeaseExpiresAt > end || completion.Id > last));
        return completions.AsNoTracking().OrderBy(completion => completion.LeaseExpiresAt).ThenBy(completion => completion.Id).Take(limit).ToListAsync(ct);
    }

    // False when something else stands where it is to be unique.
    private static async Task<bool> TryAddAsync(AppDbContext database, object row, CancellationToken ct)
    {
        database.Add(row);
        try
        {
            await database.SaveChangesAsync(ct);
            return true;
        }
        catch (DbUpdateException twice) when (UniqueViolation.IsCauseOf(twice))
        {
            return false;
        }
    }

    private static Task<bool> IsLeafAsync(AppDbContext database, ChatTurn turn, CancellationToken ct) =>
        database.Chats.AnyAsync(chat => chat.Id == turn.ChatId && chat.ActiveLeafId == turn.ParentId, ct);

    private static IQueryable<QuotaCounter> Counter(AppDbContext database, UserId user, QuotaHold hold)
    {
        var subject = QuotaSubjectId.Of(user, hold.Key);
        return database.QuotaCounters.Where(counter =>
            counter.SubjectId == subject
            && counter.Metric == hold.Metric
            && counter.Window == hold.Window
            && counter.PeriodStart == hold.PeriodStart);
    }

    private static Task<int> CloseRowAsync(IQueryable<Completion> open, Completion closed, CancellationToken ct) =>
        open.ExecuteUpdateAsync(
            row => row
                .SetProperty(completion => completion.Status, closed.Status)
                .SetProperty(completion => completion.Prompt, closed.Prompt)
                .SetProperty(completion => completion.Answer, closed.Answer)
                .SetProperty(completion => completion.PromptTokens, closed.PromptTokens)
                .SetProperty(completion => completion.CompletionTokens, closed.CompletionTokens)
                .SetProperty(completion => completion.CachedPromptTokens, closed.CachedPromptTokens)
                .SetProperty(completion => completion.ReasoningTokens, closed.ReasoningTokens)
                .SetProperty(completion => completion.Reasoning, closed.Reasoning)
                .SetProperty(completion => completion.CostNanos, closed.CostNanos)
                .SetProperty(completion => completion.FinishReason, closed.FinishReason)
                .SetProperty(completion => completion.ErrorCode, closed.ErrorCode)
                .SetProperty(completion => completion.Reservation, closed.Reservation)
                .SetProperty(completion => completion.LeaseExpiresAt, closed.LeaseExpiresAt)
                .SetProperty(completion => completion.FinishedAt, closed.FinishedAt)
                .SetProperty(completion => completion.Model, closed.Model)
                .SetProperty(completion => completion.Provider, closed.Provider)
                .SetProperty(completion => completion.Price, closed.Price)
                .SetProperty(completion => completion.ToolCalls, closed.ToolCalls)
                .SetProperty(completion => completion.Findings, closed.Findings)
                .SetProperty(completion => completion.Cached, closed.Cached)
                .SetProperty(completion => completion.CancelRequested, false),
            ct);

    private static Task<int> AddToDayAsync(AppDbContext database, UsageEntry entry, CancellationToken ct) => database.Database.ExecuteSqlAsync(
        $"""
        INSERT INTO usage_days AS d (user_id, day, model, requests, prompt_tokens, cached_prompt_tokens, completion_tokens, reasoning_tokens, cost_nanos)
        VALUES ({entry.UserId.Value}, {DateOnly.FromDateTime(entry.AdmittedAt.UtcDateTime)}, {entry.Model}, 1, {entry.PromptTokens},
            {entry.CachedPromptTokens}, {entry.CompletionTokens}, {entry.ReasoningTokens}, {entry.CostNanos})
        ON CONFLICT (user_id, day, model) DO UPDATE SET requests = d.requests + 1, prompt_tokens = d.prompt_tokens + excluded.prompt_tokens,
            cached_prompt_tokens = d.cached_prompt_tokens + excluded.cached_prompt_tokens,
            completion_tokens = d.completion_tokens + excluded.completion_tokens,
            reasoning_tokens = d.reasoning_tokens + excluded.reasoning_tokens, cost_nanos = d.cost_nanos + excluded.cost_nanos
        """,
        ct);

    private static Task<int> ContinueChatAsync(AppDbContext database, Exchange exchange, CancellationToken ct) =>
        database.Chats.Where(chat => chat.Id == exchange.Leaf.ChatId).ExecuteUpdateAsync(
            row => row
                .SetProperty(chat => chat.ActiveLeafId, exchange.Leaf.Id)
                .SetProperty(chat => chat.MessageCount, chat => chat.MessageCount + exchange.MessageCount)
                .SetProperty(chat => chat.UpdatedAt, exchange.Leaf.CreatedAt),
            ct);

    /// <summary>A transaction and what has to be let go after it.</summary>
    protected sealed class WriteScope(IDbContextTransaction transaction, Action? release = null) : IAsyncDisposable
    {
        public IDbContextTransaction Transaction { get; } = transaction;

        public async ValueTask DisposeAsync()
        {
            await Transaction.DisposeAsync();
            release?.Invoke();
        }
    }
}
