using CleanLlm.Application.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Infrastructure.Persistence.Completions;
using CleanLlm.Infrastructure.Persistence.Content;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Persistence.Erasures;

/// <summary>
/// Removes what ended accounts have left, one bounded batch in one short transaction. A batch holds the account's marker, which others
/// pass over, and the rows it removes; nothing that other users need. A batch that breaks off is undone and comes again.
/// </summary>
/// <param name="writer">The queue of SQLite's writers; null on PostgreSQL, which needs none.</param>
internal sealed class ErasureBatches(
    IDbContextFactory<AppDbContext> databases, ICompletionStore store, DataKeys keys, IOptions<CompletionOptions> completions, TimeProvider clock, SqliteWriter? writer = null)
{
    /// <summary>The most rows that a batch removes on PostgreSQL.</summary>
    public const int Rows = 1_000;

    /// <summary>The same on SQLite, where all other writers wait for it.</summary>
    public const int EmbeddedRows = 200;

    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(5);

    // A request that was under way may store its completion as late as this.
    private TimeSpan Aftercare => TimeSpan.FromSeconds(completions.Value.MaxSeconds + completions.Value.StoreSeconds) + Slack;

    /// <summary>The accounts that have a marker, oldest first.</summary>
    public async Task<IReadOnlyList<UserId>> PendingAsync(CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        return await database.Set<Erasure>().OrderBy(erasure => erasure.BeganAt).Select(erasure => erasure.UserId).ToListAsync(ct);
    }

    /// <summary>Closes what the user has running, with what its last checkpoint saw; the instance that runs it will find it closed, or gone.</summary>
    /// <returns>Why some could not be closed. They are left running: what is removed meanwhile, such as counters, may be what they need to be closed.</returns>
    public async Task<IReadOnlyList<Exception>> CloseRunningAsync(UserId user, CancellationToken ct)
    {
        List<Exception> faults = [];
        await using var database = await databases.CreateDbContextAsync(ct);
        var running = await database.Set<RunningCompletion>()
            .Where(row => row.UserId == user)
            .Join(database.Completions, row => row.Id, completion => completion.Id, (_, completion) => completion)
            .AsNoTracking()
            .ToListAsync(ct);
        // The key of an account that has ended is gone, and what the answer said with it.
        var cipher = await keys.OfAsync(user, ct);
        foreach (var completion in running.Select(cipher.OpenOrDrop))
        {
            try
            {
                await store.CloseAsync(completion.Interrupt(clock.GetUtcNow()), ct);
            }
            catch (Exception fault) when (!ct.IsCancellationRequested)
            {
                faults.Add(fault);
            }
        }

        return faults;
    }

    /// <summary>Removes the next rows of the account.</summary>
    /// <returns>How many; 0 when nothing is left for now; null when another instance removes them, or when all is done.</returns>
    public async Task<int?> RemoveAsync(UserId user, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        if (writer is not null)
            await writer.WaitAsync(ct);
        try
        {
            await using var transaction = await database.Database.BeginTransactionAsync(ct);
            if (await LockAsync(database, user, ct) is not { } erasure)
                return null;

            var removed = await new ErasedRows(database, erasure, database.IsEmbedded ? EmbeddedRows : Rows).RemoveNextAsync(ct);
            if (removed == 0 && clock.GetUtcNow() - erasure.BeganAt > Aftercare
                && !await database.Completions.AnyAsync(completion => completion.UserId == user, ct))
            {
                database.Remove(erasure);
                await database.SaveChangesAsync(ct);
            }

            await transaction.CommitAsync(ct);
            return removed;
        }
        finally
        {
            writer?.Release();
        }
    }

    private static Task<Erasure?> LockAsync(AppDbContext database, UserId user, CancellationToken ct) => (database.IsEmbedded
        ? database.Set<Erasure>().Where(erasure => erasure.UserId == user)
        : database.Set<Erasure>().FromSql(
            $"SELECT user_id, began_at, pseudonym, audit_end, audit_done FROM erasures WHERE user_id = {user.Value} FOR UPDATE SKIP LOCKED"))
        .SingleOrDefaultAsync(ct);
}
