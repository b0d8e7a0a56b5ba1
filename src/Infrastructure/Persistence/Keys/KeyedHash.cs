using System.Security.Cryptography;
using System.Text;
using CleanLlm.Application.Security;
using CleanLlm.Infrastructure.Security;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Keys;

/// <summary>
/// HMAC-SHA256 under one random key that all instances share: made at the first start, kept in the database wrapped by the
/// key-encryption key. Each purpose has a key of its own, derived from it (HKDF, RFC 5869).
/// </summary>
internal sealed class KeyedHash(IDbContextFactory<AppDbContext> databases, KeyWrap wrap) : IKeyedHash, IDisposable
{
    private const int KeyBytes = 32;

    private readonly SemaphoreSlim gate = new(1);
    private volatile byte[]?[]? keys;

    public async ValueTask PrepareAsync(CancellationToken ct)
    {
        if (keys is null)
            await LoadAsync(ct);
    }

    public async ValueTask<byte[]> ComputeAsync(HashPurpose purpose, ReadOnlyMemory<byte> data, CancellationToken ct) =>
        HMACSHA256.HashData((keys ?? await LoadAsync(ct))[(int)purpose]!, data.Span);

    public void Dispose() => gate.Dispose();

    private async Task<byte[]?[]> LoadAsync(CancellationToken ct)
    {
        await gate.WaitAsync(ct);
        try
        {
            if (keys is { } known)
                return known;
            var root = await ReadOrMakeAsync(ct);
            var derived = new byte[]?[(int)Enum.GetValues<HashPurpose>().Max() + 1];
            foreach (var purpose in Enum.GetValues<HashPurpose>())
                derived[(int)purpose] = HKDF.DeriveKey(HashAlgorithmName.SHA256, root, KeyBytes, info: Encoding.ASCII.GetBytes(purpose.ToString()));
            CryptographicOperations.ZeroMemory(root);
            return keys = derived;
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task<byte[]> ReadOrMakeAsync(CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        if (await FindAsync(database, ct) is not { } stored)
        {
            database.Add(HashKey.Of(wrap.Wrap(RandomNumberGenerator.GetBytes(KeyBytes), HashKey.Purpose)));
            try
            {
                await database.SaveChangesAsync(ct);
            }
            catch (DbUpdateException exception) when (UniqueViolation.IsCauseOf(exception))
            {
                // Another instance started at the same moment: its key holds.
                database.ChangeTracker.Clear();
            }

            stored = (await FindAsync(database, ct))!;
        }

        var key = wrap.Unwrap(stored.WrappedKey, HashKey.Purpose);
        if (wrap.IsOutdated(stored.WrappedKey))
        {
            stored.Rewrap(wrap.Wrap(key, HashKey.Purpose));
            await database.SaveChangesAsync(ct);
        }

        return key;
    }

    private static Task<HashKey?> FindAsync(AppDbContext database, CancellationToken ct) =>
        database.Set<HashKey>().SingleOrDefaultAsync(key => key.Id == HashKey.TheOne, ct);
}
