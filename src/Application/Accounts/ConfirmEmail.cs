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
    public Task<Result<Unit>> Handle(ConfirmEmail request, CancellationToken ct) => transactions.RunAsync<Unit>(
        async () =>
        {
            var taken = await tokens.TakeAsync(SecretToken.HashOf(request.Token), OneTimeTokenPurpose.ConfirmEmail, clock.GetUtcNow(), ct);
            if (taken is not { } id || await users.FindAsync(id, ct) is not { } user)
                return AuthErrors.InvalidOneTimeToken;

            user.ConfirmEmail();
            audit.Add(new AuditEvent(AuditActions.EmailConfirmed, id.Value, id.Value));
            await users.SaveAsync(user, ct);
            return Unit.Value;
        },
        ct);
}
