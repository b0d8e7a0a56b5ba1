using CleanLlm.Application.Callers;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using FluentValidation;
using MediatR;

namespace CleanLlm.Application.Accounts;

/// <summary>Changes the caller's password. Their other sessions end; an account without a password gets its first one by the reset mail.</summary>
/// <param name="CurrentPassword">Proves that the caller is the owner.</param>
/// <param name="NewPassword">Hashed, never stored.</param>
public sealed record ChangePassword(string CurrentPassword, string NewPassword) : IRequest<Result<Unit>>;

internal sealed class ChangePasswordValidator : AbstractValidator<ChangePassword>
{
    public ChangePasswordValidator()
    {
        RuleFor(request => request.CurrentPassword).KnownPassword();
        RuleFor(request => request.NewPassword).NewPassword();
    }
}

internal sealed class ChangePasswordHandler(
    IUserRepository users,
    ICredentials credentials,
    ISignInThrottle throttle,
    PasswordReplacement replacement,
    ITransactions transactions,
    ICurrentUser current,
    ICurrentSession session)
    : IRequestHandler<ChangePassword, Result<Unit>>
{
    public async Task<Result<Unit>> Handle(ChangePassword request, CancellationToken ct)
    {
        if (await users.FindAsync(current.Id, ct) is not { Disabled: false } user)
            return AuthErrors.AccountUnavailable;

        // A stolen token must not become a way to guess the password.
        var evaluate = await throttle.TryAsync(user.Address, ct);
        var verified = await credentials.VerifyAsync(user.Address, request.CurrentPassword, evaluate, ct);
        if (verified.IsSuccess && verified.Value.User?.Id != user.Id)
            return AuthErrors.WrongPassword;

        // It was right, or not looked at.
        await throttle.SucceededAsync(user.Address, ct);
        if (!verified.IsSuccess)
            return verified.Error;
        var hash = await credentials.HashAsync(request.NewPassword, ct);
        if (!hash.IsSuccess)
            return hash.Error;

        var stored = await transactions.RunForUserAsync<Unit>(
            user.Id,
            async () =>
            {
                await replacement.StoreAsync(user, hash.Value, session.Id, AuditActions.PasswordChanged, ct);
                return Unit.Value;
            },
            ct);
        await replacement.AnnounceAsync(user, session.Id);
        return stored;
    }
}
