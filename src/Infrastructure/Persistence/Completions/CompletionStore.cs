using CleanLlm.Application.Completions;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace CleanLlm.Infrastructure.Persistence.Completions;

/// <summary>
/// Admits and closes completions step by step in one transaction: load under lock, let the domain decide, write.
/// How a transaction begins and how counters are locked is the database's own way.
/// </summary>
internal abstract class CompletionStore(IDbContextFactory<AppDbContext> databases) : ICompletionStore
{
    protected IDbContextFactory<AppDbContext> Databases => databases;

    public virtual async Task<Result<IReadOnlyList<QuotaCounter>>> AdmitAsync(
        Completion completion, IReadOnlyList<PlanLimit> limits, QuotaDemand demand, DateTimeOffset leaseExpiresAt, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        await using var scope = await BeginAsync(database, ct);
        var counters = await LockCountersAsync(database, completion.UserId, limits, completion.CreatedAt, ct);

        var decision = Reservation.Decide(completion.UserId, limits, counters, demand, completion.CreatedAt);
        if (!decision.IsSuccess)
            return decision.Error;

        completion.Hold(decision.Value, leaseExpiresAt);
        foreach (var hold in decision.Value.Holds)
        {
            await Counter(database, completion.UserId, hold).ExecuteUpdateAsync(
                row => row.SetProperty(counter => counter.Reserved, counter => counter.Reserved + hold.Amount), ct);
        }

        database.Add(completion);
        if (completion.IdempotencyKey is { } key)
            database.Add(key);
        try
        {
            await database.SaveChangesAsync(ct);
        }
        catch (DbUpdateException twice) when (completion.IdempotencyKey is not null && UniqueViolation.IsCauseOf(twice))
        {
            return CompletionErrors.AlreadyAsked;
        }

        await scope.Transaction.CommitAsync(ct);
        return Result<IReadOnlyList<QuotaCounter>>.Success(
            [.. counters.Zip(decision.Value.Holds, (counter, hold) => counter with { Reserved = counter.Reserved + hold.Amount })]);
    }

    public async Task<bool> CheckpointAsync(CompletionCheckpoint checkpoint, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        return await Running(database, checkpoint.Id).ExecuteUpdateAsync(
            row => row
                .SetProperty(completion => completion.Answer, checkpoint.Answer)
                .SetProperty(completion => completion.CompletionTokens, checkpoint.CompletionTokens)
                .SetProperty(completion => completion.LeaseExpiresAt, checkpoint.LeaseExpiresAt)
                .SetProperty(completion => completion.Model, checkpoint.Model)
                .SetProperty(completion => completion.Provider, checkpoint.Provider)
                .SetProperty(completion => completion.Price.PromptMicros, checkpoint.Price.PromptMicros)
                .SetProperty(completion => completion.Price.CompletionMicros, checkpoint.Price.CompletionMicros)
                .SetProperty(completion => completion.Price.Version, checkpoint.Price.Version),
            ct) == 1;
    }

    public virtual async Task<bool> CloseAsync(CompletionClosing closing, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        await using var scope = await BeginAsync(database, ct);
        if (await CloseRowAsync(database, closing.Completion, ct) == 0)
            return false;

        foreach (var hold in closing.Released.Holds)
        {
            var charge = hold.Charge(closing.Entry);
            await Counter(database, closing.Completion.UserId, hold).ExecuteUpdateAsync(
                row => row
                    .SetProperty(counter => counter.Used, counter => counter.Used + charge)
                    .SetProperty(counter => counter.Reserved, counter => counter.Reserved - hold.Amount),
                ct);
        }

        if (closing.Entry is { } entry)
            database.Add(entry);
        // A chat deleted while its answer was being written gains no messages; the answer is charged all the same.
        if (closing.Exchange is { } exchange && await ContinueChatAsync(database, exchange, ct) == 1)
        {
            if (exchange.Question is { } question)
                database.Add(question);
            database.Add(exchange.Answer);
        }

        await database.SaveChangesAsync(ct);
        await scope.Transaction.CommitAsync(ct);
        return true;
    }

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

    public async Task<IReadOnlyList<Completion>> ListAbandonedAsync(DateTimeOffset now, int limit, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        return await database.Completions
            .AsNoTracking()
            .Where(completion => completion.LeaseExpiresAt != null && completion.LeaseExpiresAt < now)
            .OrderBy(completion => completion.LeaseExpiresAt)
            .Take(limit)
            .ToListAsync(ct);
    }

    /// <summary>A transaction in which what is read under lock stays true until it ends.</summary>
    protected abstract Task<WriteScope> BeginAsync(AppDbContext database, CancellationToken ct);

    /// <summary>The counters of the limits' current periods, made when missing and locked in the order of the limits.</summary>
    protected abstract Task<IReadOnlyList<QuotaCounter>> LockCountersAsync(
        AppDbContext database, UserId user, IReadOnlyList<PlanLimit> limits, DateTimeOffset now, CancellationToken ct);

    private static IQueryable<Completion> Running(AppDbContext database, CompletionId id) =>
        database.Completions.Where(completion => completion.Id == id && completion.Status == CompletionStatus.Running);

    private static IQueryable<QuotaCounter> Counter(AppDbContext database, UserId user, QuotaHold hold)
    {
        var subject = QuotaSubjectId.Of(user, hold.Key);
        return database.QuotaCounters.Where(counter =>
            counter.SubjectId == subject
            && counter.Metric == hold.Metric
            && counter.Window == hold.Window
            && counter.PeriodStart == hold.PeriodStart);
    }

    private static Task<int> CloseRowAsync(AppDbContext database, Completion closed, CancellationToken ct) =>
        Running(database, closed.Id).ExecuteUpdateAsync(
            row => row
                .SetProperty(completion => completion.Status, closed.Status)
                .SetProperty(completion => completion.Prompt, closed.Prompt)
                .SetProperty(completion => completion.Answer, closed.Answer)
                .SetProperty(completion => completion.PromptTokens, closed.PromptTokens)
                .SetProperty(completion => completion.CompletionTokens, closed.CompletionTokens)
                .SetProperty(completion => completion.CostMicros, closed.CostMicros)
                .SetProperty(completion => completion.FinishReason, closed.FinishReason)
                .SetProperty(completion => completion.ErrorCode, closed.ErrorCode)
                .SetProperty(completion => completion.Reservation, closed.Reservation)
                .SetProperty(completion => completion.LeaseExpiresAt, closed.LeaseExpiresAt)
                .SetProperty(completion => completion.FinishedAt, closed.FinishedAt)
                .SetProperty(completion => completion.Model, closed.Model)
                .SetProperty(completion => completion.Provider, closed.Provider)
                .SetProperty(completion => completion.Price.PromptMicros, closed.Price.PromptMicros)
                .SetProperty(completion => completion.Price.CompletionMicros, closed.Price.CompletionMicros)
                .SetProperty(completion => completion.Price.Version, closed.Price.Version)
                .SetProperty(completion => completion.ToolCalls, closed.ToolCalls)
                .SetProperty(completion => completion.Cached, closed.Cached)
                .SetProperty(completion => completion.CancelRequested, false),
            ct);

    private static Task<int> ContinueChatAsync(AppDbContext database, Domain.Chats.Exchange exchange, CancellationToken ct) =>
        database.Chats.Where(chat => chat.Id == exchange.Answer.ChatId).ExecuteUpdateAsync(
            row => row
                .SetProperty(chat => chat.ActiveLeafId, exchange.Answer.Id)
                .SetProperty(chat => chat.MessageCount, chat => chat.MessageCount + exchange.MessageCount)
                .SetProperty(chat => chat.UpdatedAt, exchange.Answer.CreatedAt),
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
