using CleanLlm.Application.Accounts;
using CleanLlm.Domain.Audit;
using CleanLlm.Infrastructure.Security;
using CleanLlm.Infrastructure.Security.Signing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Persistence.Keys;

/// <summary>The table of signing keys, shared by all instances on one database.</summary>
internal sealed class SigningKeyStore(
    IDbContextFactory<AppDbContext> databases, KeyWrap wrap, IOptions<AuthOptions> options, TimeProvider clock)
{
    // The longest life that an access token can be given, and what the clocks of two instances may differ by.
    private static readonly TimeSpan LongestToken = TimeSpan.FromMinutes(65);

    private TimeSpan Lead => TimeSpan.FromMinutes(options.Value.SigningKeyLeadMinutes);

    /// <summary>Reads the keys; makes the first one when there is none.</summary>
    public async Task<SigningKeySet> LoadAsync(CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var keys = await ReadAsync(db, ct);
        if (keys.Count == 0)
        {
            await AddAsync(db, generation: 1, ct);
            keys = await ReadAsync(db, ct);
        }

        return new SigningKeySet(keys, Lead, wrap);
    }

    /// <summary>
    /// Makes the next key when the newest one is due to be followed, removes those whose tokens have all expired, and wraps
    /// again what a former key-encryption key had wrapped.
    /// </summary>
    /// <returns>Whether anything changed.</returns>
    public async Task<bool> RotateAsync(CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var now = clock.GetUtcNow();
        var keys = await db.Set<SigningKey>().OrderByDescending(key => key.Generation).ToListAsync(ct);

        // A key is over once a newer one has signed for as long as a token may live.
        var newestInUse = keys.FindIndex(key => key.CreatedAt + Lead + LongestToken <= now);
        var over = newestInUse < 0 ? 0 : keys[newestInUse].Generation;
        var changed = await db.Set<SigningKey>().Where(key => key.Generation < over).ExecuteDeleteAsync(ct) > 0;
        foreach (var outdated in keys.Where(key => key.Generation >= over && wrap.IsOutdated(key.WrappedPrivateKey)))
            outdated.Rewrap(wrap);
        changed |= await db.SaveChangesAsync(ct) > 0;

        if (keys.Count == 0 || now < keys[0].CreatedAt + TimeSpan.FromDays(options.Value.SigningKeyDays))
            return changed;
        db.Add(AuditEntry.Of(new AuditEvent(AuditActions.SigningKeyRotated, ActorId: null, SubjectId: null), now));
        await AddAsync(db, keys[0].Generation + 1, ct);
        return true;
    }

    private static Task<List<SigningKey>> ReadAsync(AppDbContext db, CancellationToken ct) =>
        db.Set<SigningKey>().AsNoTracking().OrderByDescending(key => key.Generation).ToListAsync(ct);

    private async Task AddAsync(AppDbContext db, int generation, CancellationToken ct)
    {
        db.Add(SigningKey.Create(generation, wrap, clock.GetUtcNow()));
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException exception) when (UniqueViolation.IsCauseOf(exception))
        {
            // Another instance made it at the same moment: its key holds.
            db.ChangeTracker.Clear();
        }
    }
}
