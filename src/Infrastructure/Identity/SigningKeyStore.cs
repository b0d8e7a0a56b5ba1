using CleanLlm.Infrastructure.Persistence;
using CleanLlm.Infrastructure.Security;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Identity;

/// <summary>The table of signing keys, shared by all instances on one database.</summary>
internal sealed class SigningKeyStore(IDbContextFactory<AppDbContext> databases, KeyWrap wrap, TimeProvider clock)
{
    /// <summary>Reads the keys; makes the first one when there is none.</summary>
    public async Task<SigningKeySet> LoadAsync(CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var keys = await ReadAsync(db, ct);
        if (keys.Count == 0)
        {
            await MakeFirstAsync(db, ct);
            keys = await ReadAsync(db, ct);
        }

        return new SigningKeySet(keys, wrap);
    }

    private static Task<List<SigningKey>> ReadAsync(AppDbContext db, CancellationToken ct) =>
        db.Set<SigningKey>().AsNoTracking().OrderByDescending(key => key.Generation).ToListAsync(ct);

    private async Task MakeFirstAsync(AppDbContext db, CancellationToken ct)
    {
        db.Add(SigningKey.Create(generation: 1, wrap, clock.GetUtcNow()));
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException exception) when (UniqueViolation.IsCauseOf(exception))
        {
            // Another instance started at the same moment: its key holds.
        }
    }
}
