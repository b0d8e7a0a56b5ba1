using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;

namespace CleanLlm.Application.Accounts;

/// <summary>What users prove themselves with.</summary>
public interface ICredentials
{
    /// <summary>Stores a new user together with their password, both or neither.</summary>
    /// <returns>The user, or <see cref="AuthErrors.EmailTaken"/>, also when two registrations of one address run at once.</returns>
    Task<Result<User>> CreateAsync(User user, string password, CancellationToken ct);

    /// <summary>Takes the same time whether the address is unknown, the password wrong or the user disabled.</summary>
    /// <returns>The user whose address and password these are, or <see cref="AuthErrors.InvalidCredentials"/>.</returns>
    Task<Result<User>> VerifyAsync(string email, string password, CancellationToken ct);
}
