using System.Text.Json;
using CleanLlm.Application.Accounts;
using CleanLlm.Application.Audit;
using CleanLlm.Application.Callers;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using MediatR;

namespace CleanLlm.Application.Administration;

/// <summary>Signs all of a user's devices out.</summary>
/// <param name="UserId">Whose.</param>
public sealed record RevokeUserSessions(UserId UserId) : IRequest<Result<Unit>>;

internal sealed class RevokeUserSessionsHandler(
    IUserRepository users, ISessionRepository sessions, ITransactions transactions, IAccessStates access, IAuditTrail audit, ICurrentUser current, TimeProvider clock)
    : IRequestHandler<RevokeUserSessions, Result<Unit>>
{
    public async Task<Result<Unit>> Handle(RevokeUserSessions request, CancellationToken ct)
    {
        if (await users.FindAsync(request.UserId, ct) is not { } user)
            return AdminErrors.UserNotFound;

        var stored = await transactions.RunForUserAsync(user.Id, () => EndAsync(user.Id, ct), ct);
        // They are over, whether or not the caller is still there.
        await access.ForgetAsync(user.Id, CancellationToken.None);
        return stored;
    }

    private async Task<Result<Unit>> EndAsync(UserId user, CancellationToken ct)
    {
        var ended = await sessions.RevokeAllAsync(user, spared: null, clock.GetUtcNow(), ct);
        audit.Add(new AuditEvent(
            AuditActions.UserSessionsRevoked, current.Id.Value, user.Value, JsonSerializer.Serialize(new { endedSessions = ended.Count })));
        await audit.SaveAsync(ct);
        return Unit.Value;
    }
}
