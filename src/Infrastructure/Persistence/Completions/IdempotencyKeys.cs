using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
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

    public async Task<FreedKey?> FreeAsync(IdempotencyKey key, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        var interrupted = await database.Completions
            .Where(completion => completion.Id == key.CompletionId)
            .Where(Completion.LeftNothing)
            .Select(completion => new
            {
                Question = database.Messages
                    .Where(asked => completion.Turn != null && asked.Id == completion.Turn.QuestionId)
                    .Select(asked => (MessageId?)asked.Id)
                    .SingleOrDefault(),
            })
            .SingleOrDefaultAsync(ct);
        if (interrupted is null)
            return null;

        // Only this one: a repetition that was quicker may have made the next already.
        await database.Set<IdempotencyKey>()
            .Where(stored => stored.UserId == key.UserId && stored.KeyHash == key.KeyHash && stored.CompletionId == key.CompletionId)
            .ExecuteDeleteAsync(ct);
        return new FreedKey(interrupted.Question);
    }

    public async Task ForgetAsync(CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        var oldest = Oldest;
        await database.Set<IdempotencyKey>().Where(key => key.CreatedAt <= oldest).ExecuteDeleteAsync(ct);
    }

    private DateTimeOffset Oldest => clock.GetUtcNow() - IdempotencyKey.Memory;
}
