using CleanLlm.Application.Callers;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Sessions;
using MediatR;

namespace CleanLlm.Application.Accounts;

/// <summary>Where the caller is signed in.</summary>
public sealed record ListSessions : IRequest<Result<IReadOnlyList<SessionDto>>>;

internal sealed class ListSessionsHandler(
    ISessionRepository sessions, ICurrentUser user, ICurrentSession current, TimeProvider clock)
    : IRequestHandler<ListSessions, Result<IReadOnlyList<SessionDto>>>
{
    public async Task<Result<IReadOnlyList<SessionDto>>> Handle(ListSessions request, CancellationToken ct)
    {
        var open = await sessions.ListOpenAsync(user.Id, clock.GetUtcNow(), ct);
        return Result<IReadOnlyList<SessionDto>>.Success([.. open.Select(session => SessionDto.From(session, current.Id))]);
    }
}

/// <summary>A device that is signed in.</summary>
/// <param name="Id">Identifies the session.</param>
/// <param name="Device">What was used to sign in, as it called itself; null when it did not.</param>
/// <param name="Address">The network address of the sign-in; null when it is not known.</param>
/// <param name="CreatedAt">When it signed in.</param>
/// <param name="LastUsedAt">When it last asked for tokens.</param>
/// <param name="ExpiresAt">When it has to sign in again at the latest.</param>
/// <param name="Current">Whether it is the one that asks.</param>
public sealed record SessionDto(
    SessionId Id, string? Device, string? Address, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, DateTimeOffset ExpiresAt, bool Current)
{
    internal static SessionDto From(Session session, SessionId? current) => new(
        session.Id, session.Device, session.Address, session.CreatedAt, session.LastUsedAt, session.ExpiresAt, session.Id == current);
}
