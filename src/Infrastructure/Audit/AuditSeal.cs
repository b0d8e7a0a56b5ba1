using System.Text;
using System.Text.Json;
using CleanLlm.Application.Security;
using CleanLlm.Domain.Audit;
using CleanLlm.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Audit;

/// <summary>
/// Chains new lines of the audit log to the ones before them. Hashes are keyed: whoever can write to the database, but does not
/// have the key-encryption key, cannot make a chain that verifies.
/// </summary>
internal sealed class AuditSeal(IKeyedHash hash)
{
    /// <summary>Has to be called before the transaction begins: reading the key inside it would wait for it.</summary>
    public ValueTask PrepareAsync(CancellationToken ct) => hash.PrepareAsync(ct);

    /// <summary>Gives lines their places, in the transaction that stores them; the head's lock keeps the chain one.</summary>
    public async Task SealAsync(AppDbContext database, IReadOnlyList<AuditEntry> added, CancellationToken ct)
    {
        var head = await (database.IsEmbedded
            ? database.Set<AuditHead>() // SQLite's transaction is its own lock.
            : database.Set<AuditHead>().FromSql($"SELECT id, sequence, hash FROM audit_head FOR UPDATE")).AsNoTracking().SingleAsync(ct);

        var (sequence, previous) = (head.Sequence, head.Hash);
        foreach (var entry in added)
        {
            sequence++;
            var detailHash = entry.Detail is { } detail ? await HashDetailAsync(sequence, detail, ct) : null;
            entry.Place(sequence, detailHash);
            entry.Chain(previous = await HashAsync(entry, previous, ct));
        }

        await database.Set<AuditHead>().ExecuteUpdateAsync(
            row => row.SetProperty(h => h.Sequence, sequence).SetProperty(h => h.Hash, previous), ct);
    }

    /// <summary>What the hash of a line has to be after a line with the given hash.</summary>
    public async ValueTask<byte[]> HashAsync(AuditEntry entry, byte[] previous, CancellationToken ct) =>
        await hash.ComputeAsync(
            HashPurpose.AuditEntry,
            JsonSerializer.SerializeToUtf8Bytes(new object?[]
            {
                previous, entry.Sequence, entry.At.ToUnixTimeMilliseconds(), entry.Action, entry.ActorId, entry.SubjectId, entry.DetailHash,
            }),
            ct);

    /// <summary>What the hash of the detail in a place has to be.</summary>
    public ValueTask<byte[]> HashDetailAsync(long sequence, string detail, CancellationToken ct) =>
        hash.ComputeAsync(HashPurpose.AuditDetail, Encoding.UTF8.GetBytes(FormattableString.Invariant($"{sequence}|{detail}")), ct);
}
