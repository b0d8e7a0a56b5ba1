using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace CleanLlm.Infrastructure.Persistence.Completions;

/// <summary>
/// Admits and closes in one batch each, so that the hot path is two round trips and no lock is held across one.
/// Only an admission near its limits takes the step-by-step way of the base class.
/// </summary>
internal sealed class PostgresCompletionStore(NpgsqlDataSource source, IDbContextFactory<AppDbContext> databases)
    : CompletionStore(databases)
{
    public override async Task<Result<IReadOnlyList<QuotaCounter>>> AdmitAsync(
        Completion completion, IReadOnlyList<PlanLimit> limits, QuotaDemand demand, DateTimeOffset leaseExpiresAt, CancellationToken ct)
    {
        completion.Hold(Reservation.For(limits, demand, demand.MaxCompletionTokens, completion.CreatedAt), leaseExpiresAt);
        try
        {
            if (await TryAdmitAsync(completion, limits, ct) is { } counters)
                return Result<IReadOnlyList<QuotaCounter>>.Success(counters);
        }
        catch (PostgresException twice) when (twice.ConstraintName == CompletionSql.IdempotencyConstraint)
        {
            return CompletionErrors.AlreadyAsked;
        }

        // Most often nothing is left: one look without a lock tells. Where a shorter answer may fit, the lock decides.
        var current = await CurrentAsync(completion.UserId, limits, completion.CreatedAt, ct);
        if (Reservation.Decide(completion.UserId, limits, current, demand, completion.CreatedAt).Error is { } refusal)
            return refusal;
        return await base.AdmitAsync(completion, limits, demand, leaseExpiresAt, ct);
    }

    public override async Task<bool> CloseAsync(CompletionClosing closing, CancellationToken ct)
    {
        await using var batch = source.CreateBatch();
        batch.AddClosing(closing);
        try
        {
            await batch.ExecuteNonQueryAsync(ct);
            return true;
        }
        catch (PostgresException broken) when (broken.SqlState == PostgresErrorCodes.DivisionByZero)
        {
            return false;
        }
        catch (PostgresException broken) when (broken.SqlState == PostgresErrorCodes.ForeignKeyViolation && closing.Exchange is not null)
        {
            // The chat was deleted while its answer was being written; the answer is charged all the same.
            return await CloseAsync(closing with { Exchange = null }, ct);
        }
    }

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

    private async Task<IReadOnlyList<QuotaCounter>?> TryAdmitAsync(
        Completion completion, IReadOnlyList<PlanLimit> limits, CancellationToken ct)
    {
        var holds = completion.Reservation!.Holds;
        for (var i = 0; i < holds.Count; i++)
        {
            if (holds[i].Amount > limits[i].Amount)
                return null;
        }

        await using var batch = source.CreateBatch();
        batch.AddAdmission(completion, limits);
        try
        {
            return await ReadCountersAsync(batch, completion.UserId, holds, ct);
        }
        catch (PostgresException broken) when (broken.ConstraintName == CompletionSql.CounterConstraint)
        {
            return null;
        }
    }

    private static async Task<IReadOnlyList<QuotaCounter>> ReadCountersAsync(
        NpgsqlBatch batch, UserId user, IReadOnlyList<QuotaHold> holds, CancellationToken ct)
    {
        var counters = new QuotaCounter[holds.Count];
        await using var reader = await batch.ExecuteReaderAsync(ct);
        for (var i = 0; i < counters.Length; i++)
        {
            await reader.ReadAsync(ct);
            var (metric, window, period, _) = holds[i];
            counters[i] = new QuotaCounter(QuotaSubjectId.Of(user, holds[i].Key), metric, window, period)
            {
                Used = reader.GetInt64(0),
                Reserved = reader.GetInt64(1),
                Granted = reader.GetInt64(2),
            };
            await reader.NextResultAsync(ct);
        }

        return counters;
    }

    private async Task<List<QuotaCounter>> CurrentAsync(UserId user, IReadOnlyList<PlanLimit> limits, DateTimeOffset now, CancellationToken ct)
    {
        await using var database = await Databases.CreateDbContextAsync(ct);
        var periods = limits.Select(limit => limit.Window.PeriodStart(now)).Distinct().ToList();
        var subjects = limits.Select(limit => QuotaSubjectId.Of(user, limit.Key)).Distinct().ToList();
        return await database.QuotaCounters
            .AsNoTracking()
            .Where(counter => subjects.Contains(counter.SubjectId) && periods.Contains(counter.PeriodStart))
            .ToListAsync(ct);
    }
}
