using CleanLlm.Domain.ExternalLogins;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using MediatR;

namespace CleanLlm.Application.Accounts.External;

/// <summary>Which identities elsewhere belong to which account. An identity is its issuer and subject, never its e-mail address.</summary>
public interface IExternalLogins
{
    /// <summary>The user an identity is linked to; null when it is linked to no user.</summary>
    Task<User?> FindUserAsync(ExternalIdentity identity, CancellationToken ct);

    /// <summary>Stores a new user without a password, and links the identity to them; both or neither.</summary>
    /// <returns>The user, or <see cref="AuthErrors.ExternalEmailTaken"/>, also when the identity was linked at the same moment.</returns>
    Task<Result<User>> CreateAsync(User user, ExternalIdentity identity, CancellationToken ct);

    /// <summary>Links an identity to a user.</summary>
    /// <returns>Nothing, or <see cref="AuthErrors.ExternalAlreadyLinked"/> when it is linked to a user already.</returns>
    Task<Result<Unit>> LinkAsync(UserId user, ExternalIdentity identity, CancellationToken ct);

    /// <summary>The providers that a user can sign in with, by name.</summary>
    Task<IReadOnlyList<string>> ListAsync(UserId user, CancellationToken ct);

    /// <summary>Unlinks what a user has linked of a provider; two at once cannot take each other for the one that stays.</summary>
    /// <returns>Nothing, <see cref="AuthErrors.ExternalLoginNotFound"/> or <see cref="AuthErrors.LastCredential"/>.</returns>
    Task<Result<Unit>> UnlinkAsync(UserId user, string provider, CancellationToken ct);
}
