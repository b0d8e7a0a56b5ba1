using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Completions;

internal abstract partial class CompletionStore
{
    public async Task<Result<Reservation>> GrowAsync(
        Completion completion, IReadOnlyList<PlanLimit> limits, QuotaDemand demand, int wanted, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        await using var scope = await BeginAsync(database, ct);

        // The row before the counters, as a closing does. Whoever has seen its lease ended finds it renewed, and does not close what held less.
        if (!await RenewLeaseAsync(database, completion.Id, ct) || await HeldAsync(database, completion.Id, ct) is not { } held)
            return CompletionErrors.Interrupted;
        if (held.CompletionTokens < Math.Min(wanted, held.Bound))
        {
            var counters = await LockCountersAsync(database, completion.UserId, limits, completion.CreatedAt, ct);
            var decision = held.Grow(completion.UserId, limits, counters, demand, wanted, completion.CreatedAt);
            if (!decision.IsSuccess)
                return decision.Error;
            await ReplaceAsync(database, completion, held, decision.Value, ct);
            held = decision.Value;
        }

        await scope.Transaction.CommitAsync(CancellationToken.None);
        return held;
    }

    public async Task<Reservation?> HeldAsync(CompletionId id, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        return await HeldAsync(database, id, ct);
    }

    private static Task<Reservation?> HeldAsync(AppDbContext database, CompletionId id, CancellationToken ct) =>
        Running(database, id).Select(completion => completion.Reservation).SingleOrDefaultAsync(ct);

    private static async Task ReplaceAsync(AppDbContext database, Completion completion, Reservation held, Reservation larger, CancellationToken ct)
    {
        await Running(database, completion.Id).ExecuteUpdateAsync(row => row.SetProperty(stored => stored.Reservation, larger), ct);
        foreach (var (before, after) in held.Holds.Zip(larger.Holds))
        {
            await Counter(database, completion.UserId, after).ExecuteUpdateAsync(
                row => row.SetProperty(counter => counter.Reserved, counter => counter.Reserved + after.Amount - before.Amount), ct);
        }
    }
}
