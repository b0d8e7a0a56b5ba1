using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Users;

namespace CleanLlm.Application.Callers;

/// <summary>
/// The present rights of credentials. Answers are kept in memory for a few seconds, so that a request costs no round trip when
/// warm, and a change takes effect on every instance, and on every open stream, within five seconds.
/// </summary>
public interface IAccessStates
{
    /// <summary>The rights that a session gives now; null when it is over, or its user is gone or disabled.</summary>
    ValueTask<AccessState?> OfSessionAsync(SessionId session, CancellationToken ct);

    /// <summary>The rights that a user has now; null when they are gone or disabled.</summary>
    ValueTask<AccessState?> OfUserAsync(UserId user, CancellationToken ct);

    /// <summary>Makes every instance that can be reached look again at all that belongs to a user, at once.</summary>
    Task ForgetAsync(UserId user, CancellationToken ct);
}

/// <summary>The present rights of a user.</summary>
/// <param name="UserId">The user.</param>
/// <param name="Role">What they may do.</param>
public sealed record AccessState(UserId UserId, UserRole Role);
