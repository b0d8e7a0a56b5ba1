using CleanLlm.Application.Completions;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Completions;

internal sealed class IdempotencyKeys(IDbContextFactory<AppDbContext> databases, TimeProvider clock) : IIdempotencyKeys
{
    public async Task<IdempotencyKey?> FindAsync(UserId user, byte[] keyHash, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        var found = await database.Set<IdempotencyKey>().AsNoTracking().SingleOrDefaultAsync(key => key.UserId == user && key.KeyHash == keyHash, ct);
        if (found is null || found.CreatedAt > Oldest)
            return found;

        // Its day is over, and it must not stand in the way of the same key's next one.
        await database.Set<IdempotencyKey>()
            .Where(key => key.UserId == user && key.KeyHash == keyHash && key.CreatedAt == found.CreatedAt)
            .ExecuteDeleteAsync(ct);
        return null;
    }

    public async Task ForgetAsync(CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        var oldest = Oldest;
        await database.Set<IdempotencyKey>().Where(key => key.CreatedAt <= oldest).ExecuteDeleteAsync(ct);
    }

    private DateTimeOffset Oldest => clock.GetUtcNow() - IdempotencyKey.Memory;
}
