using CleanLlm.Application.Security;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.OneTimeTokens;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using FluentValidation;
using MediatR;

namespace CleanLlm.Application.Accounts;

/// <summary>Sets a new password by a mailed token. Every session ends; a second factor stays on.</summary>
/// <param name="Token">As it was mailed.</param>
/// <param name="NewPassword">Hashed, never stored.</param>
public sealed record ResetPassword(string Token, string NewPassword) : IRequest<Result<Unit>>;

internal sealed class ResetPasswordValidator : AbstractValidator<ResetPassword>
{
    public ResetPasswordValidator()
    {
        RuleFor(request => request.Token).NotEmpty().MaximumLength(AccountRules.MailedTokenMaxLength);
        RuleFor(request => request.NewPassword).NewPassword();
    }
}

internal sealed class ResetPasswordHandler(
    IMailedTokens tokens,
    IUserRepository users,
    ICredentials credentials,
    PasswordReplacement replacement,
    ITransactions transactions,
    TimeProvider clock)
    : IRequestHandler<ResetPassword, Result<Unit>>
{
    private const OneTimeTokenPurpose Purpose = OneTimeTokenPurpose.ResetPassword;

    public async Task<Result<Unit>> Handle(ResetPassword request, CancellationToken ct)
    {
        // Looked at before it is taken: a made-up token costs no hashing, and no transaction waits for the hashing of a good one.
        var token = SecretToken.HashOf(request.Token);
        if (await tokens.FindOwnerAsync(token, Purpose, clock.GetUtcNow(), ct) is not { } owner)
            return AuthErrors.InvalidOneTimeToken;

        var hash = await credentials.HashAsync(request.NewPassword, ct);
        if (!hash.IsSuccess)
            return hash.Error;

        var stored = await transactions.RunForUserAsync(owner, () => StoreAsync(token, hash.Value, ct), ct);
        if (!stored.IsSuccess)
            return stored.Error;

        await replacement.AnnounceAsync(stored.Value, spared: null);
        return Unit.Value;
    }

    private async Task<Result<User>> StoreAsync(string token, PasswordHash hash, CancellationToken ct)
    {
        if (await tokens.TakeAsync(token, Purpose, clock.GetUtcNow(), ct) is not { } id || await users.FindAsync(id, ct) is not { Disabled: false } user)
            return AuthErrors.InvalidOneTimeToken;

        // When the address's owner takes an account over, its maker must keep neither access to it nor a lock on it.
        if (!user.EmailConfirmed)
            await credentials.RemoveOtherWaysInAsync(id, ct);

        // The token came by mail, so the mailbox was proved too.
        user.ConfirmEmail();
        await tokens.RemoveAsync(id, OneTimeTokenPurpose.ConfirmEmail, ct);
        await replacement.StoreAsync(user, hash, spared: null, AuditActions.PasswordReset, ct);
        return user;
    }
}
