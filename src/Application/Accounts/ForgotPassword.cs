using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using FluentValidation;
using MediatR;

namespace CleanLlm.Application.Accounts;

/// <summary>Asks for a mail that lets its reader set a new password. Says the same, after the same time, for addresses without an account.</summary>
/// <param name="Email">The address, in any spelling of it.</param>
public sealed record ForgotPassword(string Email) : IRequest<Result<Unit>>;

internal sealed class ForgotPasswordValidator : AbstractValidator<ForgotPassword>
{
    public ForgotPasswordValidator() => RuleFor(request => request.Email).AddressOfAccount();
}

internal sealed class ForgotPasswordHandler(IAccountMailQueue mails) : IRequestHandler<ForgotPassword, Result<Unit>>
{
    public Task<Result<Unit>> Handle(ForgotPassword request, CancellationToken ct)
    {
        mails.RequestReset(EmailAddress.OfAccount(request.Email)!);
        return Task.FromResult(Result<Unit>.Success(Unit.Value));
    }
}
