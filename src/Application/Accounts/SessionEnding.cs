using CleanLlm.Application.Audit;
using CleanLlm.Application.Callers;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Sessions;

namespace CleanLlm.Application.Accounts;

/// <summary>Ends a session of the caller, or of the user that an admin names, and says so to all instances.</summary>
internal sealed class SessionEnding(
    ISessionRepository sessions, IAccessStates access, IAuditTrail audit, ICurrentUser user, TimeProvider clock)
{
    /// <summary>Ends the session found, unless it is another user's or over.</summary>
    /// <returns>Whether it was the caller's.</returns>
    public Task<bool> EndAsync(Func<Task<Session?>> find, CancellationToken ct) =>
        EndAsync(user.Id, find, session => new AuditEvent(AuditActions.SignedOut, user.Id.Value, session.Id.Value), ct);

    /// <summary>Ends the session found, unless it is not the owner's or over.</summary>
    /// <param name="owner">Whose session it has to be.</param>
    /// <param name="find">Looks for the session, once more after a lost race.</param>
    /// <param name="line">What the audit log says about its end.</param>
    /// <param name="ct">Cancels the work.</param>
    /// <returns>Whether it was the owner's.</returns>
    public async Task<bool> EndAsync(UserId owner, Func<Task<Session?>> find, Func<Session, AuditEvent> line, CancellationToken ct)
    {
        // A refresh may win the race for this session: then its end is written over what the refresh left.
        while (await find() is { } session && session.UserId == owner)
        {
            if (session.RevokedAt is not null)
                return true;
            session.Revoke(clock.GetUtcNow());
            audit.Add(line(session));
            if (!await sessions.SaveAsync(session, ct))
                continue;
            // It is over, whether or not the caller is still there.
            await access.ForgetAsync(owner, CancellationToken.None);
            return true;
        }

        return false;
    }
}
