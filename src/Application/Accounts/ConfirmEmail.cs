using CleanLlm.Application.Audit;
using CleanLlm.Application.Security;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.OneTimeTokens;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using FluentValidation;
using MediatR;

namespace CleanLlm.Application.Accounts;

/// <summary>Proves that a mailbox is its user's.</summary>
/// <param name="Token">As it was mailed.</param>
public sealed record ConfirmEmail(string Token) : IRequest<Result<Unit>>;

internal sealed class ConfirmEmailValidator : AbstractValidator<ConfirmEmail>
{
    public ConfirmEmailValidator() => RuleFor(request => request.Token).NotEmpty().MaximumLength(AccountRules.MailedTokenMaxLength);
}

internal sealed class ConfirmEmailHandler(
    IMailedTokens tokens, IUserRepository users, ITransactions transactions, IAuditTrail audit, TimeProvider clock)
    : IRequestHandler<ConfirmEmail, Result<Unit>>
{
    private const OneTimeTokenPurpose Purpose = OneTimeTokenPurpose.ConfirmEmail;

    public async Task<Result<Unit>> Handle(ConfirmEmail request, CancellationToken ct)
    {
        // Looked at before it is taken: a made-up token costs no transaction.
        var token = SecretToken.HashOf(request.Token);
        return await tokens.FindOwnerAsync(token, Purpose, clock.GetUtcNow(), ct) is { } owner
            ? await transactions.RunForUserAsync(owner, () => ConfirmAsync(token, ct), ct)
            : AuthErrors.InvalidOneTimeToken;
    }

    private async Task<Result<Unit>> ConfirmAsync(string token, CancellationToken ct)
    {
        if (await tokens.TakeAsync(token, Purpose, clock.GetUtcNow(), ct) is not { } id || await users.FindAsync(id, ct) is not { } user)
            return AuthErrors.InvalidOneTimeToken;

        user.ConfirmEmail();
        audit.Add(new AuditEvent(AuditActions.EmailConfirmed, id.Value, id.Value));
        return await users.SaveAsync(user, ct) ? Unit.Value : AuthErrors.InvalidOneTimeToken;
    }
}
