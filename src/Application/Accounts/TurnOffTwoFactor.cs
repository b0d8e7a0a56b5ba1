using CleanLlm.Application.Audit;
using CleanLlm.Application.Callers;
using CleanLlm.Application.TwoFactor;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using FluentValidation;
using MediatR;

namespace CleanLlm.Application.Accounts;

/// <summary>Turns the caller's second factor off.</summary>
/// <param name="Code">A code of it, or a recovery code.</param>
public sealed record TurnOffTwoFactor(string Code) : IRequest<Result<Unit>>;

internal sealed class TurnOffTwoFactorValidator : AbstractValidator<TurnOffTwoFactor>
{
    public TurnOffTwoFactorValidator() => RuleFor(request => request.Code).NotEmpty().MaximumLength(AccountRules.TwoFactorCodeMaxLength);
}

internal sealed class TurnOffTwoFactorHandler(
    ITwoFactorRepository secrets,
    IUserRepository users,
    SecondFactor secondFactor,
    ISignInThrottle throttle,
    IAuditTrail audit,
    ICurrentUser current)
    : IRequestHandler<TurnOffTwoFactor, Result<Unit>>
{
    public async Task<Result<Unit>> Handle(TurnOffTwoFactor request, CancellationToken ct)
    {
        if (await users.FindAsync(current.Id, ct) is not { Disabled: false } user)
            return AuthErrors.AccountUnavailable;
        if (await secrets.FindAsync(user.Id, ct) is not { IsOn: true } secret)
            return AuthErrors.TwoFactorNotSetUp;

        // Six digits are guessed soon where tries are unlimited.
        if (!await throttle.TryAsync(user.Address, ct) || !secondFactor.Take(secret, request.Code))
            return AuthErrors.WrongCode;

        secrets.Remove(secret);
        audit.Add(new AuditEvent(AuditActions.TwoFactorDisabled, user.Id.Value, user.Id.Value));
        if (!await secrets.SaveAsync(ct))
            return AuthErrors.WrongCode;

        // It is off, whether or not the caller is still there.
        await throttle.SucceededAsync(user.Address, CancellationToken.None);
        return Unit.Value;
    }
}
