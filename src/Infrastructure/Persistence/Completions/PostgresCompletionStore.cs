using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace CleanLlm.Infrastructure.Persistence.Completions;

/// <summary>
/// Admits and closes in one statement each, so that the hot path is two round trips and no lock is held across one.
/// Only an admission near its limits, or the first in a period, takes the step-by-step way of the base class.
/// </summary>
internal sealed class PostgresCompletionStore(NpgsqlDataSource source, IDbContextFactory<AppDbContext> databases)
    : CompletionStore(databases)
{
    public override async Task<Result<IReadOnlyList<QuotaCounter>>> AdmitAsync(
        Completion completion, IReadOnlyList<PlanLimit> limits, QuotaDemand demand, DateTimeOffset leaseExpiresAt, CancellationToken ct)
    {
        completion.Hold(Reservation.For(limits, demand, demand.MaxCompletionTokens, completion.CreatedAt), leaseExpiresAt);
        var (admitted, counters) = await TryAdmitAsync(completion, limits, ct);
        if (admitted)
            return Result<IReadOnlyList<QuotaCounter>>.Success(After(counters, completion.Reservation!));

        // The counters were read under lock: what they refuse is refused. What they leave room for, if shorter, is worth another look.
        if (counters.Count == limits.Count && Reservation.Decide(limits, counters, demand, completion.CreatedAt).Error is { } refusal)
            return refusal;
        return await base.AdmitAsync(completion, limits, demand, leaseExpiresAt, ct);
    }

    public override async Task<bool> CloseAsync(CompletionClosing closing, CancellationToken ct)
    {
        await using var command = source.CreateCommand(closing.Exchange is null ? CompletionSql.Close : CompletionSql.CloseWithExchange);
        command.AddClosing(closing);
        return await command.ExecuteScalarAsync(ct) is 1L;
    }

    protected override async Task<WriteScope> BeginAsync(AppDbContext database, CancellationToken ct) =>
        new(await database.Database.BeginTransactionAsync(ct));

    protected override async Task<IReadOnlyList<QuotaCounter>> LockCountersAsync(
        AppDbContext database, UserId user, IReadOnlyList<PlanLimit> limits, DateTimeOffset now, CancellationToken ct)
    {
        var counters = new List<QuotaCounter>(limits.Count);
        foreach (var (metric, window, _) in limits)
        {
            var period = window.PeriodStart(now);
            await database.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO quota_counters (user_id, metric, "window", period_start, used, reserved)
                VALUES ({user.Value}, {(int)metric}, {(int)window}, {period}, 0, 0) ON CONFLICT DO NOTHING
                """,
                ct);
            counters.Add(await database.QuotaCounters
                .FromSql(
                    $"""
                    SELECT user_id, metric, "window", period_start, used, reserved FROM quota_counters
                    WHERE user_id = {user.Value} AND metric = {(int)metric} AND "window" = {(int)window} AND period_start = {period}
                    FOR UPDATE
                    """)
                .AsNoTracking()
                .SingleAsync(ct));
        }

        return counters;
    }

    private async Task<(bool Admitted, IReadOnlyList<QuotaCounter> Counters)> TryAdmitAsync(
        Completion completion, IReadOnlyList<PlanLimit> limits, CancellationToken ct)
    {
        await using var command = source.CreateCommand(CompletionSql.Admit);
        command.AddAdmission(completion, limits);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var counters = new List<QuotaCounter>(limits.Count);
        var admitted = false;
        while (await reader.ReadAsync(ct))
        {
            admitted = reader.GetBoolean(0);
            if (reader.IsDBNull(1))
                continue;
            var metric = (QuotaMetric)reader.GetInt32(1);
            var window = (QuotaWindow)reader.GetInt32(2);
            counters.Add(new QuotaCounter(completion.UserId, metric, window, window.PeriodStart(completion.CreatedAt))
            {
                Used = reader.GetInt64(3),
                Reserved = reader.GetInt64(4),
            });
        }

        return (admitted, counters);
    }
}
