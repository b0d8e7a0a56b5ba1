using CleanLlm.Domain.Results;
using CleanLlm.Domain.Sessions;
using CleanLlm.Domain.Users;
using FluentValidation;
using MediatR;
using Microsoft.Extensions.Options;

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
    ICredentials credentials, ISessionRepository sessions, ITokenIssuer issuer, IOptions<AuthOptions> options, TimeProvider clock)
    : IRequestHandler<Login, Result<TokenPair>>
{
    public async Task<Result<TokenPair>> Handle(Login request, CancellationToken ct)
    {
        var verified = await credentials.VerifyAsync(request.Email, request.Password, ct);
        if (!verified.IsSuccess)
            return verified.Error;

        var user = verified.Value;
        var refresh = RefreshSecret.New();
        var session = Session.Open(user.Id, refresh.Hash, options.Value.SessionLifetime, clock.GetUtcNow());
        await sessions.AddAsync(session, ct);

        return TokenPair.For(session, await issuer.IssueAsync(user, session.Id, ct), refresh);
    }
}
