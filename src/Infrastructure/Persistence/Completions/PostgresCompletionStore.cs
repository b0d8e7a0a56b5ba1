using CleanLlm.Application.Completions;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Infrastructure.Persistence.Content;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CleanLlm.Infrastructure.Persistence.Completions;

/// <summary>
/// Admits and closes in groups, so that the hot path is two round trips and no lock is held across one. What a group does not admit, because it is
/// near its limits or stands in the way of another, is decided step by step.
/// </summary>
internal sealed class PostgresCompletionStore : CompletionStore
{
    private readonly NpgsqlDataSource renewals;
    private readonly CompletionStatements statements;
    private readonly PostgresGroupWriter writer;
    private readonly GroupedWrites groups;

    public PostgresCompletionStore(
        NpgsqlDataSource calls,
        [FromKeyedServices(PostgresConnections.Groups)] NpgsqlDataSource lanes,
        [FromKeyedServices(PostgresConnections.Renewals)] NpgsqlDataSource renewals,
        IDbContextFactory<AppDbContext> databases,
        DataKeys keys,
        IOptions<CompletionOptions> options)
        : base(databases, keys, options)
    {
        this.renewals = renewals;
        statements = new CompletionStatements(Lease);
        writer = new PostgresGroupWriter(lanes, calls, statements);
        groups = new GroupedWrites(writer);
    }

    // As many as make a group; others read their chats meanwhile.
    public override int AdmissionsAtOnce => GroupedWrites.MostInGroup;

    public override async Task<Result<IReadOnlyList<QuotaCounter>>> AdmitAsync(
        Completion completion, IReadOnlyList<PlanLimit> limits, QuotaDemand demand, CancellationToken ct)
    {
        var cipher = await Keys.OfAsync(completion.UserId, ct);
        completion.Hold(Reservation.For(limits, demand, demand.MaxCompletionTokens, completion.CreatedAt), Until(completion));
        if (await TryAdmitAsync(new AdmissionWrite(completion, cipher, limits, demand, demand.Clearance), ct) is { } whole)
            return whole;

        // Where nothing is left, or others hold all of it, one look without a lock tells; else it tells how much may be held, which most often is still so.
        var current = await CountersAsync(completion.UserId, limits, completion.CreatedAt, ct);
        var decision = Reservation.Decide(completion.UserId, limits, current, demand, completion.CreatedAt);
        if (decision.Error is { } refusal)
            return completion.Turn is { } turn && await BusyAsync(turn, ct) is { } busy ? busy : refusal;
        completion.Hold(decision.Value, Until(completion));
        var admission = new AdmissionWrite(completion, cipher, limits, demand, _ => 0);
        return await TryAdmitAsync(admission, ct) ?? await AloneAsync(database => AdmitStepByStepAsync(database, admission, ct), ct);
    }

    public override async Task<IReadOnlySet<CompletionId>> CheckpointAsync(IReadOnlyList<CompletionCheckpoint> checkpoints, CancellationToken ct)
    {
        var rows = await SealAsync(checkpoints, ct);
        await using var batch = renewals.CreateBatch();
        statements.Checkpoint.AddTo(batch, rows);
        await using var reader = await batch.ExecuteReaderAsync(ct);
        HashSet<CompletionId> stored = [];
        while (await reader.ReadAsync(ct))
            stored.Add(new CompletionId(reader.GetGuid(0)));
        return stored;
    }

    protected override Task<IReadOnlyList<QuotaCounter>?> CloseAsync(CompletionClosing closing, ContentCipher cipher, CancellationToken ct) =>
        groups.WriteAsync(new ClosingWrite(closing, cipher), ct);

    protected override Task<IReadOnlyList<QuotaCounter>?> CloseAbandonedAsync(CompletionClosing closing, ContentCipher cipher, CancellationToken ct) =>
        writer.CloseAbandonedAsync(closing, cipher, ct);

    protected override Task<IReadOnlyList<QuotaCounter>?> CloseUncertainAsync(CompletionClosing closing, ContentCipher cipher, CancellationToken ct) =>
        writer.CloseUncertainAsync(closing, cipher, ct);

    protected override async Task<Result<Reservation>> GrowAsync(GrowthWrite growth, CancellationToken ct) =>
        await groups.WriteAsync(growth, ct) ?? await AloneAsync(database => GrowStepByStepAsync(database, growth, ct), ct);

    protected override IQueryable<Completion> Abandoned(AppDbContext database, UserId? user)
    {
        const string Running = "SELECT c.* FROM running_completions r JOIN completions c ON c.id = r.id WHERE c.lease_expires_at < now()";
        return user is { } one
            ? database.Completions.FromSqlRaw(Running + " AND r.user_id = {0}", one.Value)
            : database.Completions.FromSqlRaw(Running);
    }

    protected override async Task<bool> RenewLeaseAsync(AppDbContext database, CompletionId id, CancellationToken ct) =>
        await database.Database.ExecuteSqlAsync(
            $"UPDATE completions SET lease_expires_at = clock_timestamp() + {Lease} WHERE id = {id.Value} AND status = {(int)CompletionStatus.Running}", ct) == 1;

    protected override async Task<IReadOnlyList<QuotaCounter>> LockCountersAsync(
        AppDbContext database, UserId user, IReadOnlyList<PlanLimit> limits, DateTimeOffset now, CancellationToken ct)
    {
        var counters = new QuotaCounter[limits.Count];
        // Ids of users and keys have no fixed order, so the counters are sorted here.
        foreach (var (i, limit) in limits.Index().OrderBy(limit => QuotaSubjectId.Of(user, limit.Item.Key).Value.ToString("N"), StringComparer.Ordinal)
            .ThenBy(limit => limit.Item.Metric).ThenBy(limit => limit.Item.Window))
        {
            var (metric, window, _) = limit;
            var (subject, period) = (QuotaSubjectId.Of(user, limit.Key).Value, window.PeriodStart(now));
            await database.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO quota_counters (subject_id, metric, "window", period_start, used, reserved, granted)
                VALUES ({subject}, {(int)metric}, {(int)window}, {period}, 0, 0, 0) ON CONFLICT DO NOTHING
                """,
                ct);
            counters[i] = await database.QuotaCounters
                .FromSql(
                    $"""
                    SELECT subject_id, metric, "window", period_start, used, reserved, granted FROM quota_counters
                    WHERE subject_id = {subject} AND metric = {(int)metric} AND "window" = {(int)window} AND period_start = {period}
                    FOR UPDATE
                    """)
                .AsNoTracking()
                .SingleAsync(ct);
        }

        return counters;
    }

    // In a transaction of its own, which is undone where it does not succeed.
    private async Task<Result<TOutcome>> AloneAsync<TOutcome>(Func<AppDbContext, Task<Result<TOutcome>>> steps, CancellationToken ct)
    {
        await using var database = await Databases.CreateDbContextAsync(ct);
        await using var transaction = await database.Database.BeginTransactionAsync(ct);
        var outcome = await steps(database);
        if (outcome.IsSuccess)
            await transaction.CommitAsync(CancellationToken.None);
        return outcome;
    }

    // Null where a limit has no room for what the completion is to hold and for what must be free beside it, or something else stands in its way.
    private async Task<Result<IReadOnlyList<QuotaCounter>>?> TryAdmitAsync(AdmissionWrite admission, CancellationToken ct)
    {
        try
        {
            return admission.IsWithinLimits ? await groups.WriteAsync(admission, ct) : null;
        }
        catch (PostgresException twice) when (twice.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // Written alone after its group broke, beside one for the same place or under the same key.
            return null;
        }
    }
}
