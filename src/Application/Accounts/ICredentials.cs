using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;

namespace CleanLlm.Application.Accounts;

/// <summary>What users prove themselves with.</summary>
public interface ICredentials
{
    /// <summary>Stores a new user together with their password, both or neither.</summary>
    /// <returns>The user, or <see cref="AuthErrors.EmailTaken"/>, also when two registrations of one address run at once.</returns>
    Task<Result<User>> CreateAsync(User user, string password, CancellationToken ct);

    /// <summary>Takes the same time whether the address is unknown, the password wrong, the user disabled or nothing is evaluated.</summary>
    /// <param name="email">The address of the account, in any case of its letters.</param>
    /// <param name="password">What was given as its password.</param>
    /// <param name="evaluate">False refuses whatever the password is; see <see cref="ISignInThrottle"/>.</param>
    /// <param name="ct">Cancels the wait for a turn to hash.</param>
    /// <returns>The user whose address and password these are, or <see cref="AuthErrors.InvalidCredentials"/>.</returns>
    Task<Result<User>> VerifyAsync(string email, string password, bool evaluate, CancellationToken ct);
}
