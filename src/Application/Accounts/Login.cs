using System.Text.Json;
using CleanLlm.Application.Audit;
using CleanLlm.Application.Callers;
using CleanLlm.Application.Security;
using CleanLlm.Application.TwoFactor;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using FluentValidation;
using MediatR;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Accounts;

/// <summary>Opens a session for a caller with the password, and with the second factor if there is one.</summary>
/// <param name="Email">The address of the account, in any spelling of it.</param>
/// <param name="Password">Its password.</param>
/// <param name="TwoFactorCode">A code of the second factor, or a recovery code.</param>
public sealed record Login(string Email, string Password, string? TwoFactorCode = null) : IRequest<Result<TokenPair>>;

internal sealed class LoginValidator : AbstractValidator<Login>
{
    public LoginValidator()
    {
        RuleFor(request => request.Email).AddressOfAccount();
        RuleFor(request => request.Password).KnownPassword();
        RuleFor(request => request.TwoFactorCode).MaximumLength(AccountRules.TwoFactorCodeMaxLength);
    }
}

internal sealed class LoginHandler(
    ICredentials credentials,
    ISignInThrottle throttle,
    SecondFactor secondFactor,
    SessionOpening opening,
    ISessionRepository sessions,
    IAccountMailQueue mails,
    IAuditTrail audit,
    ICurrentClient current,
    IOptions<AuthOptions> options,
    TimeProvider clock)
    : IRequestHandler<Login, Result<TokenPair>>
{
    public async Task<Result<TokenPair>> Handle(Login request, CancellationToken ct)
    {
        var email = EmailAddress.OfAccount(request.Email)!;
        var evaluate = await throttle.TryAsync(email, ct);
        var verification = await credentials.VerifyAsync(email, request.Password, evaluate, ct);
        if (!verification.IsSuccess)
        {
            // Not looked at, so it counts nowhere.
            await throttle.SucceededAsync(email, ct);
            return verification.Error;
        }

        var verified = verification.Value;
        if (!evaluate)
            return AuthErrors.InvalidCredentials;
        if (verified.User is not { } user)
            return await RefuseAsync(AuthErrors.InvalidCredentials, verified.Account, ct);

        var second = await secondFactor.ProveAsync(user.Id, request.TwoFactorCode, ct);
        if (second == Proof.Refused && request.TwoFactorCode is null)
        {
            // The password was right and no code was guessed: asking for the code costs its owner no attempt.
            await throttle.SucceededAsync(email, ct);
            return AuthErrors.TwoFactorRequired;
        }

        if (second == Proof.Refused)
            return await RefuseAsync(AuthErrors.TwoFactorRequired, user.Id, ct);

        if (options.Value.RequireConfirmedEmail && !user.EmailConfirmed)
        {
            mails.RequestConfirmation(user.Id);
            return await RefuseAsync(AuthErrors.EmailNotConfirmed, user.Id, ct);
        }

        await throttle.SucceededAsync(email, ct);
        var opened = await opening.OpenAsync(user, second == Proof.NotAsked ? "password" : "password+two_factor", ct);
        if (!opened.IsSuccess)
            return opened.Error;

        var pair = opened.Value;
        // From here on also when the caller has hung up: a session that must not stay is stored.
        if (await credentials.IsUnchangedAsync(user.Id, verified.Hash, CancellationToken.None))
            return pair;

        // A change of the password ends the sessions that it finds; one that opens behind it, by the old password, ends itself.
        // Another hash may also be the same password, upgraded by a sign-in at the same time.
        var again = await credentials.VerifyAsync(email, request.Password, evaluate: true, CancellationToken.None);
        if (again is { IsSuccess: true, Value.User: not null })
            return pair;

        await EndAsync(pair, CancellationToken.None);
        // Whose account it is now: a line about one that has ended would keep its address.
        return again.Error ?? await RefuseAsync(AuthErrors.InvalidCredentials, again.Value.Account, CancellationToken.None);
    }

    private async Task EndAsync(TokenPair pair, CancellationToken ct)
    {
        while (await sessions.FindByTokenAsync(SecretToken.HashOf(pair.RefreshToken), ct) is { RevokedAt: null } session)
        {
            session.Revoke(clock.GetUtcNow());
            await sessions.SaveAsync(session, ct);
        }
    }

    private async Task<Error> RefuseAsync(Error error, UserId? subject, CancellationToken ct)
    {
        var detail = JsonSerializer.Serialize(new { reason = error.Code, address = current.Client.Address });
        audit.Add(new AuditEvent(AuditActions.SignInFailed, ActorId: null, subject?.Value, detail));
        await audit.SaveAsync(ct);
        return error;
    }
}
