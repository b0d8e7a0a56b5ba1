using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Users;

namespace CleanLlm.Application.Accounts;

/// <summary>Stored users; new ones come by <see cref="ICredentials"/>.</summary>
public interface IUserRepository
{
    /// <summary>The user, or null when they are gone.</summary>
    Task<User?> FindAsync(UserId id, CancellationToken ct);

    /// <summary>Stores the changes of a user that was found here.</summary>
    /// <returns>False, with nothing stored, when the user was erased meanwhile.</returns>
    Task<bool> SaveAsync(User user, CancellationToken ct);
}
