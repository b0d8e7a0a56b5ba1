using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Users;

namespace CleanLlm.Application.ApiKeys;

/// <summary>Stored API keys.</summary>
public interface IApiKeyRepository
{
    /// <summary>The user's keys, newest first.</summary>
    Task<IReadOnlyList<ApiKey>> ListAsync(UserId user, CancellationToken ct);

    /// <summary>A key of the user; null when there is none.</summary>
    Task<ApiKey?> FindAsync(ApiKeyId id, UserId user, CancellationToken ct);

    /// <summary>Stores a new key.</summary>
    Task AddAsync(ApiKey key, CancellationToken ct);

    /// <summary>Stores the changes of a key that was found here.</summary>
    Task SaveAsync(ApiKey key, CancellationToken ct);

    /// <summary>Removes a key; the figures of the ledger stay.</summary>
    Task RemoveAsync(ApiKey key, CancellationToken ct);
}
