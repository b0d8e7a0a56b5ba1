using System.Security.Cryptography;
using CleanLlm.Application.Faults;
using CleanLlm.Application.Security;
using CleanLlm.Domain.Ids;
using CleanLlm.Infrastructure.Security;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;

namespace CleanLlm.Infrastructure.Persistence.Content;

/// <summary>
/// The data key of each owner, made when the owner first has content. A key stays in memory until it was not used for some minutes, so that neither the hot
/// path nor the renewal of a lease reads one from the database. Rotation changes only how it is wrapped.
/// </summary>
internal sealed class DataKeys(IDbContextFactory<AppDbContext> databases, IDataKeyWrap wrap, PlainColumns plain, TimeProvider clock) : IOwnerCiphers, IDisposable
{
    private const int MostInMemory = 100_000;

    private static readonly MemoryCacheEntryOptions Kept = new() { SlidingExpiration = TimeSpan.FromMinutes(10), Size = 1 };

    private readonly MemoryCache ciphers = new(new MemoryCacheOptions { SizeLimit = MostInMemory });

    /// <summary>Encrypts and decrypts the content of a user.</summary>
    /// <exception cref="UnreadableContentException">The key cannot be unwrapped.</exception>
    public ValueTask<ContentCipher> OfAsync(UserId user, CancellationToken ct) => OfAsync(ContentOwner.Of(user), ct);

    /// <summary>Encrypts and decrypts the content of an owner.</summary>
    /// <exception cref="UnreadableContentException">The key cannot be unwrapped.</exception>
    public ValueTask<ContentCipher> OfAsync(ContentOwner owner, CancellationToken ct)
    {
        if (ciphers.TryGetValue(owner, out Task<ContentCipher>? known) && !known!.IsFaulted)
            return known.IsCompletedSuccessfully ? new ValueTask<ContentCipher>(known.Result) : new ValueTask<ContentCipher>(known.WaitAsync(ct));
        // Without the first caller's token: others wait for the same read. Two that begin at once read the same key.
        var reading = ReadOrMakeAsync(owner, CancellationToken.None);
        _ = ciphers.Set(owner, reading, Kept);
        return new ValueTask<ContentCipher>(reading.WaitAsync(ct));
    }

    /// <summary>Forgets the key of an owner, after its row was deleted.</summary>
    public void Forget(ContentOwner owner) => ciphers.Remove(owner);

    async ValueTask<IOwnerCipher> IOwnerCiphers.CipherOfAsync(ContentOwner owner, CancellationToken ct) => await OfAsync(owner, ct);

    public void Dispose() => ciphers.Dispose();

    private async Task<ContentCipher> ReadOrMakeAsync(ContentOwner owner, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        if (await FindAsync(database, owner.Id, ct) is { } known)
            return known;
        // What is still written for an account or a plan that has ended is readable to no one.
        return await IsThereAsync(database, owner, ct)
            ? await MakeAsync(database, owner.Id, ct)
            : new ContentCipher(NewKey(), owner.Id, plain);
    }

    private static async Task<bool> IsThereAsync(AppDbContext database, ContentOwner owner, CancellationToken ct)
    {
        var (user, plan) = (new UserId(owner.Id), new PlanId(owner.Id));
        return owner == ContentOwner.Service
            || await database.Profiles.AnyAsync(profile => profile.Id == user, ct)
            || await database.Plans.AnyAsync(stored => stored.Id == plan, ct);
    }

    private async Task<ContentCipher?> FindAsync(AppDbContext database, Guid owner, CancellationToken ct)
    {
        if (await database.Set<DataKey>().AsNoTracking().SingleOrDefaultAsync(key => key.OwnerId == owner, ct) is not { } stored)
            return null;
        try
        {
            return new ContentCipher(await wrap.UnwrapAsync(stored.KekId, stored.WrappedKey, DataKey.PurposeOf(owner), ct), owner, plain);
        }
        catch (CryptographicException fault)
        {
            throw new UnreadableContentException($"The data key that '{stored.KekId}' has wrapped cannot be unwrapped.", fault);
        }
    }

    private async Task<ContentCipher> MakeAsync(AppDbContext database, Guid owner, CancellationToken ct)
    {
        var key = NewKey();
        database.Add(DataKey.Of(owner, await wrap.WrapAsync(key, DataKey.PurposeOf(owner), ct), wrap.CurrentId, clock.GetUtcNow()));
        try
        {
            await database.SaveChangesAsync(ct);
            return new ContentCipher(key, owner, plain);
        }
        catch (DbUpdateException twice) when (UniqueViolation.IsCauseOf(twice))
        {
            // Another instance made it at the same moment: its key holds.
            database.ChangeTracker.Clear();
            return (await FindAsync(database, owner, ct))!;
        }
    }

    private static byte[] NewKey() => RandomNumberGenerator.GetBytes(KeyEncryptionKeys.KeyBytes);
}
