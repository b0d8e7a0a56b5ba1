using CleanLlm.Application.Callers;
using CleanLlm.Application.Security;
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

internal sealed class LogoutHandler(SessionEnding ending, ISessionRepository sessions, ICurrentSession current)
    : IRequestHandler<Logout, Result<Unit>>
{
    public async Task<Result<Unit>> Handle(Logout request, CancellationToken ct)
    {
        await ending.EndAsync(FindAsync, ct);
        return Unit.Value;

        async Task<Session?> FindAsync() => request.RefreshToken is { } secret
            ? await sessions.FindByTokenAsync(SecretToken.HashOf(secret), ct)
            : current.Id is { } id ? await sessions.FindAsync(id, ct) : null;
    }
}
