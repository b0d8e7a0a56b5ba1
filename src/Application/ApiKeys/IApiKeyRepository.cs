using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.ApiKeys;

/// <summary>Stored API keys.</summary>
public interface IApiKeyRepository
{
    /// <summary>The user's keys, newest first.</summary>
    Task<IReadOnlyList<ApiKey>> ListAsync(UserId user, CancellationToken ct);

    /// <summary>A key of the user; null when there is none.</summary>
    Task<ApiKey?> FindAsync(ApiKeyId id, UserId user, CancellationToken ct);

    /// <summary>Stores a new key, unless its owner has <see cref="ApiKey.MaxPerUser"/>, however many are made at once.</summary>
    /// <returns>Null; or, with nothing stored, <see cref="ApiKeyErrors.TooMany"/>.</returns>
    Task<Error?> AddAsync(ApiKey key, CancellationToken ct);

    /// <summary>Stores the changes of a key that was found here.</summary>
    /// <returns>False, with nothing stored, when the key was changed or revoked meanwhile.</returns>
    Task<bool> SaveAsync(ApiKey key, CancellationToken ct);

    /// <summary>Removes a key that was found here; the figures of the ledger stay.</summary>
    /// <returns>False, with nothing stored, when the key was changed or revoked meanwhile.</returns>
    Task<bool> RemoveAsync(ApiKey key, CancellationToken ct);
}
