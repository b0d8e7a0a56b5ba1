using System.Text;
using CleanLlm.Application.Audit;
using CleanLlm.Application.Callers;
using CleanLlm.Application.Security;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Sessions;
using CleanLlm.Domain.Users;
using FluentValidation;
using MediatR;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Accounts;

/// <summary>Spends a refresh token for the next pair of tokens; a token that was spent before ends its session, unless it is a retry.</summary>
/// <param name="RefreshToken">As it came with the last pair.</param>
public sealed record Refresh(string RefreshToken) : IRequest<Result<TokenPair>>;

internal sealed class RefreshValidator : AbstractValidator<Refresh>
{
    public RefreshValidator() =>
        RuleFor(request => request.RefreshToken).NotEmpty().MaximumLength(AccountRules.RefreshTokenMaxLength);
}

internal sealed class RefreshHandler(
    ISessionRepository sessions,
    IUserRepository users,
    IAccessStates access,
    IAuditTrail audit,
    IKeyedHash hash,
    ITokenIssuer issuer,
    IOptions<AuthOptions> options,
    TimeProvider clock)
    : IRequestHandler<Refresh, Result<TokenPair>>
{
    public async Task<Result<TokenPair>> Handle(Refresh request, CancellationToken ct)
    {
        var next = await FollowingAsync(request.RefreshToken, ct);
        if (await RotateAsync(SecretToken.HashOf(request.RefreshToken), next.Hash, ct) is not { } session)
            return AuthErrors.InvalidRefreshToken;

        if (await users.FindAsync(session.UserId, ct) is not { Disabled: false } user)
            return AuthErrors.InvalidRefreshToken;

        return TokenPair.For(session, await issuer.IssueAsync(user, session.Id, ct), next);
    }

    // Always the same one, so that a retry gets it again without its being stored, and computable only by this installation.
    private async ValueTask<SecretToken> FollowingAsync(string presented, CancellationToken ct) =>
        SecretToken.Of(await hash.ComputeAsync(HashPurpose.RefreshSuccessor, Encoding.UTF8.GetBytes(presented), ct));

    // The loser of a race decides again on what the winner left. A token is spent once and a session revoked once,
    // so the third round at the latest changes nothing.
    private async Task<Session?> RotateAsync(string presentedHash, string successorHash, CancellationToken ct)
    {
        while (await sessions.FindByTokenAsync(presentedHash, ct) is { } session)
        {
            var rotation = session.Rotate(presentedHash, successorHash, options.Value.SessionLifetime, clock.GetUtcNow());
            if (rotation == Rotation.Refused)
                return null;
            if (rotation == Rotation.Repeated)
                return session;
            if (rotation == Rotation.Reused)
                audit.Add(new AuditEvent(AuditActions.RefreshReused, ActorId: null, session.UserId.Value));
            if (!await sessions.SaveAsync(session, ct))
                continue;
            if (rotation == Rotation.Rotated)
                return session;
            await access.ForgetAsync(session.UserId, CancellationToken.None);
        }

        return null;
    }
}
