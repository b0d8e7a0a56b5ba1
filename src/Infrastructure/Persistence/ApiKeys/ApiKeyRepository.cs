using CleanLlm.Application.ApiKeys;
using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.ApiKeys;

internal sealed class ApiKeyRepository(AppDbContext database) : IApiKeyRepository
{
    public async Task<IReadOnlyList<ApiKey>> ListAsync(UserId user, CancellationToken ct) =>
        await database.ApiKeys.AsNoTracking().Where(key => key.UserId == user).OrderByDescending(key => key.Id).ToListAsync(ct);

    public Task<ApiKey?> FindAsync(ApiKeyId id, UserId user, CancellationToken ct) =>
        database.ApiKeys.SingleOrDefaultAsync(key => key.Id == id && key.UserId == user, ct);

    public async Task<Error?> AddAsync(ApiKey key, CancellationToken ct)
    {
        // Counted under the lock: those that are made at once come one after another.
        await using var transaction = await AuditedTransaction.BeginAsync(database, ct);
        await database.LockUserAsync(key.UserId, ct);
        if (ApiKey.CheckCount(await database.ApiKeys.CountAsync(known => known.UserId == key.UserId, ct)) is { } refusal)
        {
            database.ChangeTracker.Clear();
            return refusal;
        }

        database.Add(key);
        await database.SaveChangesAsync(ct);
        await transaction.CommitAsync();
        return null;
    }

    public Task<bool> SaveAsync(ApiKey key, CancellationToken ct) => database.TrySaveChangesAsync(ct);

    public Task<bool> RemoveAsync(ApiKey key, CancellationToken ct)
    {
        database.Remove(key);
        return database.TrySaveChangesAsync(ct);
    }
}
