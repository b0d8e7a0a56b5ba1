using CleanLlm.Application.Audit;
using CleanLlm.Application.Callers;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.Accounts;

/// <summary>Signs all of the caller's devices out, the one that asks included.</summary>
public sealed record RevokeAllSessions : IRequest<Result<Unit>>;

internal sealed class RevokeAllSessionsHandler(
    ISessionRepository sessions, IAccessStates access, IAuditTrail audit, ICurrentUser user, TimeProvider clock)
    : IRequestHandler<RevokeAllSessions, Result<Unit>>
{
    public async Task<Result<Unit>> Handle(RevokeAllSessions request, CancellationToken ct)
    {
        // All of it, also when the caller hangs up in the middle.
        foreach (var ended in await sessions.RevokeAllAsync(user.Id, spared: null, clock.GetUtcNow(), CancellationToken.None))
            audit.Add(new AuditEvent(AuditActions.SignedOut, user.Id.Value, ended.Value));
        await audit.SaveAsync(CancellationToken.None);
        await access.ForgetAsync(user.Id, CancellationToken.None);
        return Unit.Value;
    }
}
