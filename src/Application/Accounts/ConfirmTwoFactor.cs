using CleanLlm.Application.Audit;
using CleanLlm.Application.Callers;
using CleanLlm.Application.TwoFactor;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using FluentValidation;
using MediatR;

namespace CleanLlm.Application.Accounts;

/// <summary>Turns the caller's second factor on by its first code. Their other sessions end.</summary>
/// <param name="Code">Six digits from the authenticator app.</param>
public sealed record ConfirmTwoFactor(string Code) : IRequest<Result<IssuedRecoveryCodes>>;

internal sealed class ConfirmTwoFactorValidator : AbstractValidator<ConfirmTwoFactor>
{
    public ConfirmTwoFactorValidator() => RuleFor(request => request.Code).NotEmpty().MaximumLength(AccountRules.TwoFactorCodeMaxLength);
}

internal sealed class ConfirmTwoFactorHandler(
    ITwoFactorRepository secrets,
    ITimeBasedCodes codes,
    ISessionRepository sessions,
    IAccessStates access,
    IAuditTrail audit,
    ICurrentUser current,
    ICurrentSession session,
    TimeProvider clock)
    : IRequestHandler<ConfirmTwoFactor, Result<IssuedRecoveryCodes>>
{
    public async Task<Result<IssuedRecoveryCodes>> Handle(ConfirmTwoFactor request, CancellationToken ct)
    {
        if (await secrets.FindAsync(current.Id, ct) is not { } secret)
            return AuthErrors.TwoFactorNotSetUp;
        if (secret.IsOn)
            return AuthErrors.TwoFactorOn;
        if (codes.StepOf(secret, request.Code) is not { } step)
            return AuthErrors.WrongCode;

        string[] recovery = [.. Enumerable.Range(0, RecoveryCode.Count).Select(_ => RecoveryCode.New())];
        secret.Confirm(step, [.. recovery.Select(code => RecoveryCode.HashOf(code)!)], clock.GetUtcNow());
        audit.Add(new AuditEvent(AuditActions.TwoFactorEnabled, current.Id.Value, current.Id.Value));
        if (!await secrets.SaveAsync(ct))
            return AuthErrors.WrongCode;

        // It is on, whether or not the caller is still there.
        await sessions.RevokeAllAsync(current.Id, session.Id, clock.GetUtcNow(), CancellationToken.None);
        await access.ForgetAsync(current.Id, CancellationToken.None);
        return new IssuedRecoveryCodes(recovery);
    }
}

/// <summary>Codes for when the device is lost, shown this once.</summary>
/// <param name="RecoveryCodes">Each works once in place of a code of the second factor.</param>
public sealed record IssuedRecoveryCodes(IReadOnlyList<string> RecoveryCodes)
{
    // A record would print what it holds.
    public override string ToString() => "(codes)";
}
