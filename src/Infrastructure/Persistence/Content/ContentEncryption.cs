using CleanLlm.Application.Administration;
using CleanLlm.Application.Faults;
using CleanLlm.Application.Security;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Content;

/// <summary>
/// Brings what is stored under the current key-encryption key: data keys are wrapped again, and rows from before content was encrypted are encrypted, with
/// the tokens that a search finds them by. It
/// works some rows at a time beside everything else; what breaks off goes on with the next pass, and two instances that work at once do no harm.
/// </summary>
/// <param name="databases">The database.</param>
/// <param name="keys">The data keys.</param>
/// <param name="wrap">Wraps them.</param>
/// <param name="plain">Which columns may still hold plain text.</param>
/// <param name="clock">Paces the work.</param>
/// <param name="writer">The queue of SQLite's writers; null on PostgreSQL, which needs none.</param>
internal sealed class ContentEncryption(
    IDbContextFactory<AppDbContext> databases, DataKeys keys, IDataKeyWrap wrap, PlainColumns plain, TimeProvider clock, SqliteWriter? writer = null)
{
    private const int Batch = 200;

    // Batches take a quarter of the time at most; the rest is left to other work.
    private const int Rest = 3;

    /// <summary>Does all there is to do.</summary>
    /// <returns>How much was done, and what could not be.</returns>
    public async Task<EncryptionPass> RunAsync(CancellationToken ct)
    {
        var pass = await RewrapAsync(ct);
        await using (var database = await databases.CreateDbContextAsync(ct))
            await plain.LoadAsync(database, ct);
        foreach (var column in plain.All)
            pass += await EncryptAsync(column, ct);
        return pass;
    }

    private async Task<EncryptionPass> RewrapAsync(CancellationToken ct)
    {
        var pass = EncryptionPass.Nothing;
        var current = await wrap.CurrentIdAsync(ct);
        Guid last = default;
        List<DataKey> outdated;
        do
        {
            var (began, after) = (clock.GetTimestamp(), last);
            await using var database = await databases.CreateDbContextAsync(ct);
            outdated = await database.Set<DataKey>().AsNoTracking()
                .Where(key => key.KekId != current && key.OwnerId > after).OrderBy(key => key.OwnerId).Take(Batch).ToListAsync(ct);
            foreach (var key in outdated)
                pass += await TryRewrapAsync(database, key, ct);
            last = outdated.Count > 0 ? outdated[^1].OwnerId : last;
            await RestAsync(began, ct);
        }
        while (outdated.Count == Batch);

        return pass;
    }

    private async Task<EncryptionPass> TryRewrapAsync(AppDbContext database, DataKey key, CancellationToken ct)
    {
        var purpose = DataKey.PurposeOf(key.OwnerId);
        byte[] plainKey;
        try
        {
            plainKey = await wrap.UnwrapAsync(key.KekId, key.WrappedKey, purpose, ct);
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            // One key that is lost must not keep the others.
            return new EncryptionPass(Rewrapped: 0, Encrypted: 0, Failed: 1);
        }

        var wrapped = await wrap.WrapAsync(plainKey, purpose, ct);
        var written = await WriteAsync(
            () => database.Set<DataKey>().Where(row => row.OwnerId == key.OwnerId && row.KekId == key.KekId).ExecuteUpdateAsync(
                row => row.SetProperty(stored => stored.WrappedKey, wrapped.Bytes).SetProperty(stored => stored.KekId, wrapped.KekId), ct),
            ct);
        return new EncryptionPass(Rewrapped: written, Encrypted: 0, Failed: 0);
    }

    // A pass that finds nothing in a column closes it to plain text. An instance of an earlier version may have written some since the pass before.
    private async Task<EncryptionPass> EncryptAsync(ContentColumn column, CancellationToken ct)
    {
        var pass = EncryptionPass.Nothing;
        var isClear = true;
        Guid last = default;
        List<PlainRow> rows;
        do
        {
            var began = clock.GetTimestamp();
            await using var database = await databases.CreateDbContextAsync(ct);
            rows = await database.Database.SqlQueryRaw<PlainRow>(Select(column), last, Batch).ToListAsync(ct);
            isClear &= rows.Count == 0;
            foreach (var row in rows)
                pass += await TryEncryptAsync(database, column, row, ct);
            last = rows.Count > 0 ? rows[^1].Id : last;
            await RestAsync(began, ct);
        }
        while (rows.Count == Batch);

        if (isClear)
            await CloseAsync(column, ct);
        return pass;
    }

    private async Task<EncryptionPass> TryEncryptAsync(AppDbContext database, ContentColumn column, PlainRow row, CancellationToken ct)
    {
        // A message whose chat is being deleted has no owner any more.
        if ((row.Owner is { } id ? new ContentOwner(id) : column.Otherwise) is not { } owner)
            return EncryptionPass.Nothing;
        try
        {
            var cipher = await keys.OfAsync(owner, ct);
            var text = cipher.Open(column, row.Id, row.Value);
            object[] values = [cipher.Seal(column, row.Id, text), row.Id, row.Value, .. column.IsSearched ? [cipher.Index.Of(text)] : Array.Empty<string>()];
            var written = await WriteAsync(() => database.Database.ExecuteSqlRawAsync(Update(column), values, ct), ct);
            return new EncryptionPass(Rewrapped: 0, Encrypted: written, Failed: 0);
        }
        catch (UnreadableContentException)
        {
            return new EncryptionPass(Rewrapped: 0, Encrypted: 0, Failed: 1);
        }
    }

    private async Task CloseAsync(ContentColumn column, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        database.Add(EncryptedColumn.Of(column, clock.GetUtcNow()));
        try
        {
            await WriteAsync(() => database.SaveChangesAsync(ct), ct);
        }
        catch (DbUpdateException twice) when (UniqueViolation.IsCauseOf(twice))
        {
            // Another instance has closed it.
        }

        await plain.LoadAsync(database, ct);
    }

    private async Task<int> WriteAsync(Func<Task<int>> write, CancellationToken ct)
    {
        if (writer is not null)
            await writer.WaitAsync(ct);
        try
        {
            return await write();
        }
        finally
        {
            writer?.Release();
        }
    }

    private Task RestAsync(long began, CancellationToken ct) => Task.Delay(clock.GetElapsedTime(began) * Rest, clock, ct);

    // Only in the place of what was read: it may have been replaced meanwhile.
    private static string Update(ContentColumn column) =>
        $$"""
        UPDATE {{column.Table}} SET {{column.Name}} = {0}{{(column.IsSearched ? $", {ContentColumn.Words} = {{3}}" : "")}}
        WHERE id = {1} AND {{column.Name}} = {2}
        """;

    private static string Select(ContentColumn column) =>
        $$"""
        SELECT t.id AS id, {{column.OwnerSql}} AS owner, t.{{column.Name}} AS value FROM {{column.Table}} t
        WHERE t.id > {0} AND t.{{column.Name}} IS NOT NULL
            AND (substr(t.{{column.Name}}, 1, {{ContentCipher.Prefix.Length}}) <> '{{ContentCipher.Prefix}}'{{(column.IsSearched ? $" OR t.{ContentColumn.Words} IS NULL" : "")}})
            {{(column.None is null ? "" : $"AND t.{column.Name} <> '{column.None}'")}}
        ORDER BY t.id LIMIT {1}
        """;
}
