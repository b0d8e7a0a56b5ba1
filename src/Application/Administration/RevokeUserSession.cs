using System.Text.Json;
using CleanLlm.Application.Accounts;
using CleanLlm.Application.Callers;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using MediatR;

namespace CleanLlm.Application.Administration;

/// <summary>Signs one of a user's devices out.</summary>
/// <param name="UserId">Whose.</param>
/// <param name="SessionId">Which session.</param>
public sealed record RevokeUserSession(UserId UserId, SessionId SessionId) : IRequest<Result<Unit>>;

internal sealed class RevokeUserSessionHandler(IUserRepository users, SessionEnding ending, ISessionRepository sessions, ICurrentUser current)
    : IRequestHandler<RevokeUserSession, Result<Unit>>
{
    public async Task<Result<Unit>> Handle(RevokeUserSession request, CancellationToken ct)
    {
        if (await users.FindAsync(request.UserId, ct) is not { } user)
            return AdminErrors.UserNotFound;

        // About the user, not the session: with the user's erasure the detail goes as well.
        var line = new AuditEvent(
            AuditActions.UserSessionRevoked, current.Id.Value, user.Id.Value, JsonSerializer.Serialize(new { sessionId = request.SessionId.Value }));
        return await ending.EndAsync(user.Id, () => sessions.FindAsync(request.SessionId, ct), _ => line, ct) ? Unit.Value : AuthErrors.SessionNotFound;
    }
}
