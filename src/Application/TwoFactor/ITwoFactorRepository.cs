using CleanLlm.Domain.Ids;
using CleanLlm.Domain.TwoFactor;

namespace CleanLlm.Application.TwoFactor;

/// <summary>Stored second factors.</summary>
public interface ITwoFactorRepository
{
    /// <summary>The user's second factor, on or only set up; null when there is none.</summary>
    Task<TwoFactorSecret?> FindAsync(UserId user, CancellationToken ct);

    /// <summary>Adds one to what will be saved.</summary>
    void Add(TwoFactorSecret secret);

    /// <summary>Takes one away when the changes are saved.</summary>
    void Remove(TwoFactorSecret secret);

    /// <summary>Stores the changes of what was found here, provided that no other request used or changed it meanwhile.</summary>
    /// <returns>False when one did: nothing was stored.</returns>
    Task<bool> SaveAsync(CancellationToken ct);
}
