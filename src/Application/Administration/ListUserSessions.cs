using CleanLlm.Application.Accounts;
using CleanLlm.Application.Callers;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using MediatR;

namespace CleanLlm.Application.Administration;

/// <summary>Where a user is signed in.</summary>
/// <param name="UserId">Whose sessions.</param>
public sealed record ListUserSessions(UserId UserId) : IRequest<Result<IReadOnlyList<SessionDto>>>;

internal sealed class ListUserSessionsHandler(
    IUserRepository users, ISessionRepository sessions, ICurrentSession current, TimeProvider clock)
    : IRequestHandler<ListUserSessions, Result<IReadOnlyList<SessionDto>>>
{
    public async Task<Result<IReadOnlyList<SessionDto>>> Handle(ListUserSessions request, CancellationToken ct)
    {
        if (await users.FindAsync(request.UserId, ct) is null)
            return AdminErrors.UserNotFound;

        var open = await sessions.ListOpenAsync(request.UserId, clock.GetUtcNow(), ct);
        return Result<IReadOnlyList<SessionDto>>.Success([.. open.Select(session => SessionDto.From(session, current.Id))]);
    }
}
