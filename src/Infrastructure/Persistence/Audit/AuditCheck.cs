using CleanLlm.Domain.Audit;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Audit;

/// <summary>One pass over the whole chain, with one batch in memory.</summary>
internal sealed class AuditCheck(AppDbContext database, AuditChain chain)
{
    private const int Batch = 1_000;

    private byte[] previous = [];

    /// <summary>Where the chain ends, as it was when the walk began.</summary>
    public AuditHead? Head { get; private set; }

    /// <summary>Lines that are right, from the first on.</summary>
    public long Entries { get; private set; }

    /// <summary>Of these, the ones whose detail was erased with an account.</summary>
    public long Redacted { get; private set; }

    /// <summary>Walks to the end, or to the first line that is not right.</summary>
    /// <returns>Its place and what is wrong; null when nothing is.</returns>
    public async Task<(long At, string Reason)?> RunAsync(CancellationToken ct)
    {
        Head = await ReadHeadAsync(ct);
        if (Head is not { } head)
            return (1, "The end of the chain is not noted any more.");
        if (await database.AuditLog.Where(line => line.Sequence < 1).Select(line => (long?)line.Sequence).MinAsync(ct) is { } stray)
            return (stray, "A line has a place before the first.");

        while (Entries < head.Sequence)
        {
            var lines = await database.AuditLog.AsNoTracking()
                .Where(line => line.Sequence > Entries && line.Sequence <= head.Sequence)
                .OrderBy(line => line.Sequence)
                .Take(Batch)
                .ToListAsync(ct);
            if (lines.Count == 0)
                return (Entries + 1, "The newest lines are missing.");
            if (await WalkAsync(lines, ct) is { } fault)
                return fault;
        }

        if (!Same(head.Hash, previous))
            return (head.Sequence, "The newest line is not the one that the end of the chain names.");
        // In this order: a transaction that adds a line meanwhile moves the end with it.
        var newest = await database.AuditLog.MaxAsync(line => (long?)line.Sequence, ct) ?? 0;
        var end = await ReadHeadAsync(ct);
        return newest > (end?.Sequence ?? 0) ? (head.Sequence + 1, "There are lines behind the end of the chain.") : null;
    }

    private async Task<(long At, string Reason)?> WalkAsync(List<AuditEntry> lines, CancellationToken ct)
    {
        var erased = await ErasuresAsync(lines.Where(IsRedacted), ct);
        foreach (var line in lines)
        {
            if (line.Sequence != Entries + 1)
                return (Entries + 1, "A line is missing.");
            if (!Same(line.Hash, await chain.HashAsync(line, previous, ct)))
                return (line.Sequence, "The line is not what was written here.");
            if (line.Detail is { } detail && !Same(line.DetailHash, await chain.HashDetailAsync(line.Sequence, detail, ct)))
                return (line.Sequence, "The detail is not what was written here.");
            if (IsRedacted(line) && !WasErased(line.SubjectId) && !(WasErased(line.ActorId) && !line.Action.StartsWith(AuditActions.AdminPrefix, StringComparison.Ordinal)))
                return (line.Sequence, "The detail was taken away, and not with an account that was erased.");

            previous = line.Hash;
            Entries++;
            Redacted += IsRedacted(line) ? 1 : 0;

            bool WasErased(Guid? who) => who is { } id && erased.TryGetValue(id, out var at) && at > line.Sequence;
        }

        return null;
    }

    private static bool Same(byte[]? stored, byte[] computed) => stored.AsSpan().SequenceEqual(computed);

    private static bool IsRedacted(AuditEntry line) => line is { DetailHash: not null, Detail: null };

    // When each user in the redacted lines was erased, if ever. That those lines are genuine, the walk itself sees.
    private async Task<Dictionary<Guid, long>> ErasuresAsync(IEnumerable<AuditEntry> redacted, CancellationToken ct)
    {
        List<Guid?> people = [.. redacted.SelectMany(line => (Guid?[])[line.ActorId, line.SubjectId]).Where(id => id is not null).Distinct()];
        return people.Count == 0
            ? []
            : await database.AuditLog.AsNoTracking()
                .Where(line => line.Action == AuditActions.Erased && people.Contains(line.SubjectId))
                .GroupBy(line => line.SubjectId!.Value)
                .Select(lines => new { lines.Key, At = lines.Max(line => line.Sequence) })
                .ToDictionaryAsync(erasure => erasure.Key, erasure => erasure.At, ct);
    }

    private Task<AuditHead?> ReadHeadAsync(CancellationToken ct) => database.Set<AuditHead>().AsNoTracking().SingleOrDefaultAsync(ct);
}
