using CleanLlm.Application.Audit;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Sessions;

namespace CleanLlm.Application.Accounts;

/// <summary>Ends a session of the caller, wherever it is signed in, and says so to all instances.</summary>
internal sealed class SessionEnding(
    ISessionRepository sessions, IAccessStates access, IAuditTrail audit, ICurrentUser user, TimeProvider clock)
{
    /// <summary>Ends the session found, unless it is somebody else's or over.</summary>
    /// <returns>Whether it was the caller's.</returns>
    public async Task<bool> EndAsync(Func<Task<Session?>> find, CancellationToken ct)
    {
        // A refresh may win the race for this session: then its end is written over what the refresh left.
        while (await find() is { } session && session.UserId == user.Id)
        {
            if (session.RevokedAt is not null)
                return true;
            session.Revoke(clock.GetUtcNow());
            audit.Add(new AuditEvent(AuditActions.SignedOut, user.Id.Value, session.Id.Value));
            if (!await sessions.SaveAsync(session, ct))
                continue;
            await access.ForgetAsync(user.Id, ct);
            return true;
        }

        return false;
    }
}
