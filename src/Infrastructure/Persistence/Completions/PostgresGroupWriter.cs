using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Usage;
using CleanLlm.Infrastructure.Persistence.Content;
using CleanLlm.Infrastructure.Persistence.Quotas;
using Npgsql;

namespace CleanLlm.Infrastructure.Persistence.Completions;

/// <summary>Writes a group as one batch: one round trip, one commit, and no lock held across either.</summary>
/// <param name="lanes">The connections of the groups, which give up soon on what others have locked.</param>
/// <param name="calls">The connections of all calls.</param>
/// <param name="statements">What is written.</param>
internal sealed class PostgresGroupWriter(NpgsqlDataSource lanes, NpgsqlDataSource calls, CompletionStatements statements) : IGroupWriter
{
    // What ends a connection, or concerns the whole server: its resources, and its operator. What a server cancels, it rolls back.
    private static readonly string[] OfTheServer = ["08", "53", "57P"];

    public async Task WriteAsync(IReadOnlyList<CompletionWrite> group)
    {
        try
        {
            await WriteAsync(lanes, group);
        }
        catch (NpgsqlException broken) when (broken is not PostgresException)
        {
            // The idle connections of the pool are most likely broken too. Without this, the next calls would fail on them.
            calls.Clear();
            throw;
        }
    }

    public Task WriteAloneAsync(CompletionWrite write) => WriteAsync(calls, [write]);

    // A fault that is none of Npgsql's came before anything was sent.
    public bool CanSplit(Exception fault) => fault is PostgresException { SqlState: var state }
        ? !Array.Exists(OfTheServer, state.StartsWith)
        : fault is not NpgsqlException;

    /// <summary>Closes a completion whose lease has expired. The lease is checked under the locks of the closing, because it may have been renewed since it was read.</summary>
    /// <returns>The counters afterwards; null when it had been closed before, or its lease holds.</returns>
    public Task<IReadOnlyList<QuotaCounter>?> CloseAbandonedAsync(CompletionClosing closing, ContentCipher cipher, CancellationToken ct) =>
        CloseAsync(closing, cipher, statements.LockAbandoned, ct);

    /// <summary>Closes a completion and gives back what is stored as held, which is read under the locks of the closing.</summary>
    /// <returns>The counters afterwards; null when it had been closed before.</returns>
    public Task<IReadOnlyList<QuotaCounter>?> CloseUncertainAsync(CompletionClosing closing, ContentCipher cipher, CancellationToken ct) =>
        CloseAsync(closing, cipher, statements.LockRunning, ct);

    private async Task<IReadOnlyList<QuotaCounter>?> CloseAsync(
        CompletionClosing closing, ContentCipher cipher, Statement<Completion> lockRow, CancellationToken ct)
    {
        await using var connection = await calls.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        ClosingWrite write;
        await using (var look = connection.CreateBatch())
        {
            statements.Lock.AddTo(look, CounterChange.Of(closing));
            lockRow.AddTo(look, [closing.Completion]);
            if (await look.ExecuteScalarAsync(ct) is not string held)
                return null;
            write = new ClosingWrite(closing with { Released = JsonColumn.Read<Reservation>(held) }, cipher);
        }

        await WriteAsync(connection.CreateBatch(), [write]);
        await transaction.CommitAsync(CancellationToken.None);
        return write.Outcome;
    }

    private Task WriteAsync(NpgsqlDataSource source, IReadOnlyList<CompletionWrite> group) => WriteAsync(source.CreateBatch(), group);

    private async Task WriteAsync(NpgsqlBatch all, IReadOnlyList<CompletionWrite> group)
    {
        await using var batch = all;
        List<AdmissionWrite> admissions = [.. group.OfType<AdmissionWrite>()];
        List<GrowthWrite> growths = [.. group.OfType<GrowthWrite>()];
        List<ClosingWrite> closings = [.. group.OfType<ClosingWrite>()];
        Fill(batch, group, admissions, growths, closings);
        Dictionary<CounterKey, QuotaCounter> counters = [];
        HashSet<Guid> placed = [];
        HashSet<Guid> grown = [];
        HashSet<Guid> closed = [];
        // Disposing it waits for the commit, which may fail as well.
        await using (var reader = await batch.ExecuteReaderAsync())
        {
            if (admissions.Count > 0)
                await ReadIdsAsync(reader, placed);
            if (growths.Count > 0)
                await ReadIdsAsync(reader, grown);
            if (admissions.Exists(HasChanges) || closings.Exists(HasChanges))
                await ReadCountersAsync(reader, counters);
            if (closings.Count > 0)
                await ReadIdsAsync(reader, closed);
            while (await reader.NextResultAsync())
            {
            }
        }

        foreach (var write in admissions.Where(write => placed.Contains(write.Completion.Id.Value)))
            write.Outcome = Result<IReadOnlyList<QuotaCounter>>.Success(CountersOf(write, counters));
        foreach (var write in growths.Where(write => grown.Contains(write.Completion.Id.Value)))
            write.Outcome = Result<Reservation>.Success(write.Larger);
        foreach (var write in closings.Where(write => closed.Contains(write.Completion.Id.Value)))
            write.Outcome = CountersOf(write, counters);
    }

    private void Fill(
        NpgsqlBatch batch, IReadOnlyList<CompletionWrite> group, List<AdmissionWrite> admissions, List<GrowthWrite> growths, List<ClosingWrite> closings)
    {
        // A lone closing locks its row before its counters, which saves a statement. Where that meets the order of a group, one of the two is rolled back and tried again.
        if (group.Count > 1 || closings.Count == 0)
        {
            statements.Lock.AddTo(
                batch, [.. group.SelectMany(write => write.Changes).GroupBy(change => change.Counter, (_, same) => same.MaxBy(change => change.MayBeNew)!)]);
        }

        IReadOnlyList<Completion> admitted = [.. admissions.Select(write => write.Completion)];
        IReadOnlyList<IdempotencyKey> keys = [.. admitted.Select(completion => completion.IdempotencyKey).OfType<IdempotencyKey>()];
        CounterChange.Wanted.AddMany(
            statements.Place(admitted.Any(completion => completion.Turn is not null), keys.Count > 0).AddTo(batch, admitted),
            [.. admissions.SelectMany(write => write.Changes)]);
        statements.Store.AddTo(batch, [.. admissions.Select(write => write.Row)]);
        CounterChange.Wanted.AddMany(statements.Grow.AddTo(batch, growths), [.. growths.SelectMany(write => write.Changes)]);

        IReadOnlyList<Completion> ended = [.. closings.Select(write => write.Completion)];
        statements.Close.AddTo(batch, [.. closings.Select(write => write.Row)]);
        statements.Count.AddTo(batch, [.. admissions.SelectMany(write => write.Changes), .. closings.SelectMany(write => write.Changes)]);
        statements.Charge.AddTo(batch, [.. closings.Select(write => write.Closing.Entry).OfType<UsageEntry>()]);
        List<ClosingWrite> told = closings.FindAll(write => write.Closing.Exchange is not null);
        CompletionColumns.Said.AddMany(
            statements.Continue.AddTo(batch, told.ConvertAll(write => new ChatGrowth(write.Completion, write.Closing.Exchange!))),
            [.. told.SelectMany(write => write.Closing.Exchange!.Messages, (write, message) => new Sealed<Message>(message, write.Cipher))]);
        statements.Remember.AddTo(batch, keys);
        statements.Leave.AddTo(batch, ended);
    }

    private static bool HasChanges(CompletionWrite write) => write.Changes.Count > 0;

    private static async Task ReadIdsAsync(NpgsqlDataReader reader, HashSet<Guid> ids)
    {
        while (await reader.ReadAsync())
            ids.Add(reader.GetGuid(0));
        await reader.NextResultAsync();
    }

    private static async Task ReadCountersAsync(NpgsqlDataReader reader, Dictionary<CounterKey, QuotaCounter> counters)
    {
        while (await reader.ReadAsync())
        {
            var key = new CounterKey(
                new QuotaSubjectId(reader.GetGuid(0)), (QuotaMetric)reader.GetInt32(1), (QuotaWindow)reader.GetInt32(2), reader.GetFieldValue<DateTimeOffset>(3));
            counters[key] = key.Empty with { Used = reader.GetInt64(4), Reserved = reader.GetInt64(5), Granted = reader.GetInt64(6) };
        }

        await reader.NextResultAsync();
    }

    // A counter is gone only with its user.
    private static QuotaCounter[] CountersOf(CompletionWrite write, Dictionary<CounterKey, QuotaCounter> counters) =>
        [.. write.Changes.Select(change => counters.GetValueOrDefault(change.Counter) ?? change.Counter.Empty)];
}
