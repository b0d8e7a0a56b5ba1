using CleanLlm.Application.ApiKeys;
using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Users;
using CleanLlm.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.ApiKeys;

internal sealed class ApiKeyRepository(AppDbContext database) : IApiKeyRepository
{
    public async Task<IReadOnlyList<ApiKey>> ListAsync(UserId user, CancellationToken ct) =>
        await database.ApiKeys.AsNoTracking().Where(key => key.UserId == user).OrderByDescending(key => key.Id).ToListAsync(ct);

    public Task<ApiKey?> FindAsync(ApiKeyId id, UserId user, CancellationToken ct) =>
        database.ApiKeys.SingleOrDefaultAsync(key => key.Id == id && key.UserId == user, ct);

    public Task AddAsync(ApiKey key, CancellationToken ct)
    {
        database.Add(key);
        return database.SaveChangesAsync(ct);
    }

    public Task SaveAsync(ApiKey key, CancellationToken ct) => database.SaveChangesAsync(ct);

    public Task RemoveAsync(ApiKey key, CancellationToken ct)
    {
        database.Remove(key);
        return database.SaveChangesAsync(ct);
    }
}
