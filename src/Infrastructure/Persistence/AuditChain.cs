using System.Text;
using System.Text.Json;
using CleanLlm.Application.Security;
using CleanLlm.Domain.Audit;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence;

/// <summary>
/// Chains new lines of the audit log to the ones before them. Hashes are keyed: an attacker who can write to the database, but does not
/// have the key-encryption key, cannot make a chain that verifies.
/// </summary>
internal sealed class AuditChain(IKeyedHash hash)
{
    /// <summary>Makes sure that the key is loaded: inside a transaction, reading it or making the first one would wait for that transaction in SQLite.</summary>
    public ValueTask PrepareAsync(CancellationToken ct) => hash.PrepareAsync(ct);

    /// <summary>
    /// Gives lines their places, in the transaction that is about to store them. From here to its commit it holds the end of the chain, which is
    /// one row for all instances: so this comes when everything else is done.
    /// </summary>
    /// <returns>The end of the chain behind them, to be stored with them.</returns>
    public async Task<AuditHead> SealAsync(AppDbContext database, IReadOnlyList<AuditEntry> added, CancellationToken ct)
    {
        var head = await LockAsync(database, ct);
        var (sequence, previous) = (head.Sequence, head.Hash);
        foreach (var entry in added)
        {
            sequence++;
            var detailHash = entry.Detail is { } detail ? await HashDetailAsync(sequence, detail, ct) : null;
            entry.Place(sequence, detailHash);
            entry.Chain(previous = await HashAsync(entry, previous, ct));
        }

        head.MoveTo(sequence, previous);
        return head;
    }

    /// <summary>What the hash of a line has to be after a line with the given hash.</summary>
    public async ValueTask<byte[]> HashAsync(AuditEntry entry, byte[] previous, CancellationToken ct) =>
        await hash.ComputeAsync(
            HashPurpose.AuditEntry,
            JsonSerializer.SerializeToUtf8Bytes(new object?[]
            {
                previous, entry.Sequence, entry.Id.Value, entry.At.ToUnixTimeMilliseconds(), entry.Action, entry.ActorId, entry.SubjectId, entry.DetailHash,
            }),
            ct);

    /// <summary>What the hash of the detail in a place has to be.</summary>
    public ValueTask<byte[]> HashDetailAsync(long sequence, string detail, CancellationToken ct) =>
        hash.ComputeAsync(HashPurpose.AuditDetail, Encoding.UTF8.GetBytes(FormattableString.Invariant($"{sequence}|{detail}")), ct);

    // SQLite's transaction is its own lock.
    private static Task<AuditHead> LockAsync(AppDbContext database, CancellationToken ct) => (database.IsEmbedded
        ? database.Set<AuditHead>()
        : database.Set<AuditHead>().FromSql($"SELECT id, sequence, hash FROM audit_head FOR UPDATE")).AsNoTracking().SingleAsync(ct);
}
