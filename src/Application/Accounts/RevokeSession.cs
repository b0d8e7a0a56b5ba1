using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using MediatR;

namespace CleanLlm.Application.Accounts;

/// <summary>Signs one of the caller's devices out.</summary>
/// <param name="Id">Which session.</param>
public sealed record RevokeSession(SessionId Id) : IRequest<Result<Unit>>;

internal sealed class RevokeSessionHandler(SessionEnding ending, ISessionRepository sessions)
    : IRequestHandler<RevokeSession, Result<Unit>>
{
    public async Task<Result<Unit>> Handle(RevokeSession request, CancellationToken ct) =>
        await ending.EndAsync(() => sessions.FindAsync(request.Id, ct), ct) ? Unit.Value : AuthErrors.SessionNotFound;
}
