using CleanLlm.Domain.Results;
using CleanLlm.Domain.Sessions;
using FluentValidation;
using MediatR;

namespace CleanLlm.Application.Accounts;

/// <summary>Ends one session of the caller; what is not theirs, unknown or ended before is left alone.</summary>
/// <param name="RefreshToken">Of the session to end; absent means the session of the access token.</param>
public sealed record Logout(string? RefreshToken) : IRequest<Result<Unit>>;

internal sealed class LogoutValidator : AbstractValidator<Logout>
{
    public LogoutValidator() =>
        RuleFor(request => request.RefreshToken).MaximumLength(AccountRules.RefreshTokenMaxLength);
}

internal sealed class LogoutHandler(
    ISessionRepository sessions, ICurrentUser user, ICurrentSession current, TimeProvider clock)
    : IRequestHandler<Logout, Result<Unit>>
{
    public async Task<Result<Unit>> Handle(Logout request, CancellationToken ct)
    {
        // A refresh may win the race for this session: then its end is written over what the refresh left.
        while (await FindAsync(request, ct) is { RevokedAt: null } session && session.UserId == user.Id)
        {
            session.Revoke(clock.GetUtcNow());
            if (await sessions.SaveAsync(session, ct))
                break;
        }

        return Unit.Value;
    }

    private async Task<Session?> FindAsync(Logout request, CancellationToken ct) => request.RefreshToken is { } secret
        ? await sessions.FindByTokenAsync(RefreshSecret.HashOf(secret), ct)
        : current.Id is { } id ? await sessions.FindAsync(id, ct) : null;
}
