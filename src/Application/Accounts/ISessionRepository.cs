using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Sessions;
using CleanLlm.Domain.Users;

namespace CleanLlm.Application.Accounts;

/// <summary>Stored sessions with their refresh tokens.</summary>
public interface ISessionRepository
{
    /// <summary>Stores a new session, together with what signing in changed of its user.</summary>
    /// <returns>False, with nothing stored, when the user was erased meanwhile.</returns>
    Task<bool> AddAsync(Session session, User user, CancellationToken ct);

    /// <summary>The session, without its tokens; null when there is none.</summary>
    Task<Session?> FindAsync(SessionId id, CancellationToken ct);

    /// <summary>The session of a refresh token with that one of its tokens, and its successor if it has one; null when there is none.</summary>
    /// <param name="tokenHash">See <see cref="RefreshToken.Hash"/>.</param>
    Task<Session?> FindByTokenAsync(string tokenHash, CancellationToken ct);

    /// <summary>The user's sessions that are not over, last used first, without their tokens.</summary>
    Task<IReadOnlyList<Session>> ListOpenAsync(UserId user, DateTimeOffset now, CancellationToken ct);

    /// <summary>Whether an account has signed in from a network since a moment, in sessions that are over too.</summary>
    /// <param name="email">The account's address.</param>
    /// <param name="network">See <see cref="SessionClient.Network"/>.</param>
    /// <param name="since">Sessions opened earlier do not count.</param>
    /// <param name="ct">Cancels the query.</param>
    Task<bool> HasOpenedFromAsync(EmailAddress email, string network, DateTimeOffset since, CancellationToken ct);

    /// <summary>Ends all sessions of a user at once, but the one to spare.</summary>
    /// <returns>Those that were open and are not any more.</returns>
    Task<IReadOnlyList<SessionId>> RevokeAllAsync(UserId user, SessionId? spared, DateTimeOffset now, CancellationToken ct);

    /// <summary>Stores the changes of a session found here, unless its token was spent or it was revoked meanwhile.</summary>
    /// <returns>False when that happened: nothing was stored, and the session must be found anew.</returns>
    Task<bool> SaveAsync(Session session, CancellationToken ct);
}
