using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using FluentValidation;
using MediatR;

namespace CleanLlm.Application.Accounts;

/// <summary>Opens a session for whoever knows the password.</summary>
/// <param name="Email">The address of the account, in any case of its letters.</param>
/// <param name="Password">Its password.</param>
public sealed record Login(string Email, string Password) : IRequest<Result<TokenPair>>;

internal sealed class LoginValidator : AbstractValidator<Login>
{
    public LoginValidator()
    {
        RuleFor(request => request.Email).NotEmpty().MaximumLength(User.EmailMaxLength);
        RuleFor(request => request.Password).NotEmpty().MaximumLength(AccountRules.PasswordMaxLength);
    }
}

internal sealed class LoginHandler(
    ICredentials credentials, ISignInThrottle throttle, SessionOpening opening)
    : IRequestHandler<Login, Result<TokenPair>>
{
    public async Task<Result<TokenPair>> Handle(Login request, CancellationToken ct)
    {
        var evaluate = await throttle.TryAsync(request.Email, ct);
        var verified = await credentials.VerifyAsync(request.Email, request.Password, evaluate, ct);
        if (!verified.IsSuccess)
            return verified.Error;

        await throttle.SucceededAsync(request.Email, ct);
        return await opening.OpenAsync(verified.Value, "password", ct);
    }
}
