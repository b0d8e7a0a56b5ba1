using CleanLlm.Application.Completions;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Infrastructure.Persistence.Quotas;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CleanLlm.Infrastructure.Persistence.Completions;

/// <summary>
/// Admits and closes in one batch each, so that the hot path is two round trips and no lock is held across one.
/// Only an admission near its limits takes the step-by-step way of the base class.
/// </summary>
internal sealed class PostgresCompletionStore(
    NpgsqlDataSource source,
    [FromKeyedServices(PostgresConnections.Renewals)] NpgsqlDataSource renewals,
    PostgresConnections connections,
    IDbContextFactory<AppDbContext> databases,
    IOptions<CompletionOptions> options) : CompletionStore(databases, options)
{
    // The rest of the connections closes what was admitted, and serves every other call.
    public override int AdmissionsAtOnce => Math.Max(1, connections.Most * 3 / 4);

    public override async Task<Result<IReadOnlyList<QuotaCounter>>> AdmitAsync(
        Completion completion, IReadOnlyList<PlanLimit> limits, QuotaDemand demand, CancellationToken ct)
    {
        completion.Hold(Reservation.For(limits, demand, demand.MaxCompletionTokens, completion.CreatedAt), Until(completion));
        if (await TryAdmitAsync(completion, limits, limit => demand.Clearance(limit.Metric), ct) is { } whole)
            return whole;

        // Where nothing is left, or others hold all of it, one look without a lock tells; else it tells how much may be held, which most often is still so.
        var current = await CountersAsync(completion.UserId, limits, completion.CreatedAt, ct);
        var decision = Reservation.Decide(completion.UserId, limits, current, demand, completion.CreatedAt);
        if (decision.Error is { } refusal)
            return completion.Turn is { } turn && await BusyAsync(turn, ct) is { } busy ? busy : refusal;
        completion.Hold(decision.Value, Until(completion));
        return await TryAdmitAsync(completion, limits, _ => 0, ct) ?? await base.AdmitAsync(completion, limits, demand, ct);
    }

    public override async Task<IReadOnlySet<CompletionId>> CheckpointAsync(IReadOnlyList<CompletionCheckpoint> checkpoints, CancellationToken ct)
    {
        await using var batch = renewals.CreateBatch();
        batch.AddCheckpoints(checkpoints, Lease);
        await using var reader = await batch.ExecuteReaderAsync(ct);
        HashSet<CompletionId> stored = [];
        while (await reader.ReadAsync(ct))
            stored.Add(new CompletionId(reader.GetGuid(0)));
        return stored;
    }

    protected override async Task<IReadOnlyList<QuotaCounter>?> CloseAsync(CompletionClosing closing, bool isAbandoned, CancellationToken ct)
    {
        await using var batch = source.CreateBatch();
        batch.AddClosing(closing, isAbandoned);
        try
        {
            await using var reader = await batch.ExecuteReaderAsync(ct);
            // The first statement tells only whether it was running.
            await reader.NextResultAsync(ct);
            return await ReadCountersAsync(reader, closing.Completion.UserId, closing.Released.Holds, ct);
        }
        catch (PostgresException broken) when (broken.SqlState == PostgresErrorCodes.DivisionByZero)
        {
            return null;
        }
        catch (PostgresException broken) when (broken.SqlState == PostgresErrorCodes.ForeignKeyViolation && closing.Exchange is not null)
        {
            // The chat was deleted while its answer was being written; the answer is charged all the same.
            return await CloseAsync(closing with { Exchange = null }, isAbandoned, ct);
        }
    }

    // By now() and not clock_timestamp(), which no index is asked with.
    protected override IQueryable<Completion> Abandoned(AppDbContext database) =>
        database.Completions.FromSql($"SELECT * FROM completions WHERE lease_expires_at < now()");

    protected override Task StampLeaseAsync(AppDbContext database, CompletionId id, CancellationToken ct) =>
        database.Database.ExecuteSqlAsync($"UPDATE completions SET lease_expires_at = clock_timestamp() + {Lease} WHERE id = {id.Value}", ct);

    protected override async Task<bool> RenewLeaseAsync(AppDbContext database, CompletionId id, CancellationToken ct) =>
        await database.Database.ExecuteSqlAsync(
            $"UPDATE completions SET lease_expires_at = clock_timestamp() + {Lease} WHERE id = {id.Value} AND status = {(int)CompletionStatus.Running}", ct) == 1;

    protected override async Task<WriteScope> BeginAsync(AppDbContext database, CancellationToken ct) =>
        new(await database.Database.BeginTransactionAsync(ct));

    protected override async Task<IReadOnlyList<QuotaCounter>> LockCountersAsync(
        AppDbContext database, UserId user, IReadOnlyList<PlanLimit> limits, DateTimeOffset now, CancellationToken ct)
    {
        var counters = new List<QuotaCounter>(limits.Count);
        foreach (var limit in limits)
        {
            var (metric, window, _) = limit;
            var (subject, period) = (QuotaSubjectId.Of(user, limit.Key).Value, window.PeriodStart(now));
            await database.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO quota_counters (subject_id, metric, "window", period_start, used, reserved, granted)
                VALUES ({subject}, {(int)metric}, {(int)window}, {period}, 0, 0, 0) ON CONFLICT DO NOTHING
                """,
                ct);
            counters.Add(await database.QuotaCounters
                .FromSql(
                    $"""
                    SELECT subject_id, metric, "window", period_start, used, reserved, granted FROM quota_counters
                    WHERE subject_id = {subject} AND metric = {(int)metric} AND "window" = {(int)window} AND period_start = {period}
                    FOR UPDATE
                    """)
                .AsNoTracking()
                .SingleAsync(ct));
        }

        return counters;
    }

    // Null where a limit has no room for what the completion is to hold and for what must be free beside it.
    private async Task<Result<IReadOnlyList<QuotaCounter>>?> TryAdmitAsync(
        Completion completion, IReadOnlyList<PlanLimit> limits, Func<PlanLimit, long> clearance, CancellationToken ct)
    {
        var holds = completion.Reservation!.Holds;
        long[] most = [.. limits.Select(limit => limit.CounterAmount - clearance(limit))];
        // A counter that is made takes any amount.
        if (holds.Where((hold, i) => hold.Amount > most[i]).Any())
            return null;

        await using var batch = source.CreateBatch();
        batch.AddAdmission(completion, most, Lease);
        try
        {
            await using var reader = await batch.ExecuteReaderAsync(ct);
            return Result<IReadOnlyList<QuotaCounter>>.Success(await ReadCountersAsync(reader, completion.UserId, holds, ct));
        }
        catch (PostgresException broken) when (broken.ConstraintName == QuotaCounterConfiguration.NotNegative)
        {
            return null;
        }
        catch (PostgresException twice) when (twice.ConstraintName == CompletionSql.IdempotencyConstraint)
        {
            return CompletionErrors.AlreadyAsked;
        }
        catch (PostgresException taken) when (taken.ConstraintName == CompletionSql.BranchIndex)
        {
            return await BusyAsync(completion.Turn!, ct) ?? ChatErrors.Moved;
        }
        catch (PostgresException moved) when (moved.SqlState == PostgresErrorCodes.DivisionByZero)
        {
            return ChatErrors.Moved;
        }
    }

    private static async Task<IReadOnlyList<QuotaCounter>> ReadCountersAsync(
        NpgsqlDataReader reader, UserId user, IReadOnlyList<QuotaHold> holds, CancellationToken ct)
    {
        var counters = new QuotaCounter[holds.Count];
        for (var i = 0; i < counters.Length; i++)
        {
            // A counter is gone only with its user.
            var isThere = await reader.ReadAsync(ct);
            var (metric, window, period, _) = holds[i];
            counters[i] = new QuotaCounter(QuotaSubjectId.Of(user, holds[i].Key), metric, window, period)
            {
                Used = isThere ? reader.GetInt64(0) : 0,
                Reserved = isThere ? reader.GetInt64(1) : 0,
                Granted = isThere ? reader.GetInt64(2) : 0,
            };
            await reader.NextResultAsync(ct);
        }

        // What comes after the counters may fail as well.
        while (await reader.NextResultAsync(ct))
        {
        }

        return counters;
    }
}
