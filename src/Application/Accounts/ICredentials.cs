using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;

namespace CleanLlm.Application.Accounts;

/// <summary>The credentials of users.</summary>
public interface ICredentials
{
    /// <summary>Stores a new user together with their password (see <see cref="OpaqueString"/>), both or neither.</summary>
    /// <returns>The user; <see cref="AuthErrors.EmailTaken"/>, also when two registrations of one address run at once; or <see cref="AuthErrors.Busy"/>.</returns>
    Task<Result<User>> CreateAsync(User user, string password, CancellationToken ct);

    /// <summary>Stores a new user with a password that was hashed before, or with none, within the caller's transaction if there is one.</summary>
    /// <returns>The user, or <see cref="AuthErrors.EmailTaken"/>, also when two accounts of one address are made at once.</returns>
    Task<Result<User>> AddAsync(User user, PasswordHash? hash, CancellationToken ct);

    /// <summary>
    /// Takes the same time whether the address is unknown, the password wrong or missing, the user disabled or the attempt not
    /// evaluated. A right password is hashed anew when its hash is weaker than today's, or was made of the text as it was typed.
    /// </summary>
    /// <param name="email">The address.</param>
    /// <param name="password">What is claimed to be its password.</param>
    /// <param name="evaluate">False refuses, whatever the password, and without hashing it.</param>
    /// <param name="ct">Cancels the call.</param>
    /// <returns>The outcome, or <see cref="AuthErrors.Busy"/> when it was not looked at.</returns>
    Task<Result<Verification>> VerifyAsync(EmailAddress email, string password, bool evaluate, CancellationToken ct);

    /// <summary>Whether the user's password is still stored as it was when it was verified.</summary>
    Task<bool> IsUnchangedAsync(UserId user, PasswordHash verified, CancellationToken ct);

    /// <summary>The account with that address; null when there is none or it is disabled.</summary>
    Task<User?> FindAsync(EmailAddress email, CancellationToken ct);

    /// <summary>Hashes a password ahead of the transaction that stores it.</summary>
    /// <returns>The hash, or <see cref="AuthErrors.Busy"/>.</returns>
    Task<Result<PasswordHash>> HashAsync(string password, CancellationToken ct);

    /// <summary>Puts another password in the place of the user's.</summary>
    Task SetPasswordAsync(UserId user, PasswordHash hash, CancellationToken ct);

    /// <summary>Removes the user's identities of other providers, their API keys and their second factor.</summary>
    /// <returns>How many there were.</returns>
    Task<int> RemoveOtherWaysInAsync(UserId user, CancellationToken ct);
}

/// <summary>The outcome of verifying a password.</summary>
/// <param name="Account">Whose address it is; null when no account has it or the attempt was not evaluated.</param>
/// <param name="User">The user, if the password is theirs and they may sign in.</param>
/// <param name="Hash">What the password was verified against.</param>
public readonly record struct Verification(UserId? Account, User? User, PasswordHash Hash = default);

/// <summary>A password, hashed with a salt of its own.</summary>
/// <param name="Value">As it is stored.</param>
public readonly record struct PasswordHash(string Value)
{
    // A record would print the hash.
    public override string ToString() => "(hash)";
}
