using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Ids;
using CleanLlm.Infrastructure.Caching;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Access;

/// <summary>API keys as they were stored, cached for as short a time as sessions are.</summary>
internal sealed class ApiKeyStates(IDbContextFactory<AppDbContext> databases, TimeProvider clock)
{
    private readonly ShortTtlCache<ApiKeyId, ApiKey?> keys = new(AccessStates.Lifetime, clock);

    public ValueTask<ApiKey?> FindAsync(ApiKeyId id, CancellationToken ct) => keys.GetAsync(id, databases, ReadAsync, ct);

    public void Forget(UserId owner) => keys.Forget((_, key) => key?.UserId == owner);

    private static async Task<ApiKey?> ReadAsync(ApiKeyId id, IDbContextFactory<AppDbContext> databases, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        return await database.ApiKeys.AsNoTracking().SingleOrDefaultAsync(key => key.Id == id, ct);
    }
}
