using System.Text.Json;
using CleanLlm.Application.Audit;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.ExternalLogins;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using FluentValidation;
using MediatR;

namespace CleanLlm.Application.Accounts.External;

/// <summary>Opens a session for a user who signed in at another provider; makes their account at the first sign-in.</summary>
/// <param name="Code">As the browser brought it back.</param>
public sealed record ExchangeExternalCode(string Code) : IRequest<Result<TokenPair>>;

internal sealed class ExchangeExternalCodeValidator : AbstractValidator<ExchangeExternalCode>
{
    public ExchangeExternalCodeValidator() => RuleFor(request => request.Code).NotEmpty().MaximumLength(ExternalCode.MaxLength);
}

internal sealed class ExchangeExternalCodeHandler(
    IExternalCodes codes, IExternalLogins logins, SessionOpening opening, IAccountMailQueue mails, IAuditTrail audit, TimeProvider clock)
    : IRequestHandler<ExchangeExternalCode, Result<TokenPair>>
{
    public async Task<Result<TokenPair>> Handle(ExchangeExternalCode request, CancellationToken ct)
    {
        if (await ExternalCode.SpendAsync(request.Code, codes, clock, ct) is not { } identity)
            return AuthErrors.InvalidOneTimeToken;

        var found = await FindOrRegisterAsync(identity, ct);
        if (!found.IsSuccess)
            return found.Error;
        if (found.Value.Disabled)
            return AuthErrors.InvalidCredentials;

        return await opening.OpenAsync(found.Value, $"external:{identity.Provider}", ct);
    }

    private async Task<Result<User>> FindOrRegisterAsync(ExternalIdentity identity, CancellationToken ct)
    {
        if (await logins.FindUserAsync(identity, ct) is { } known)
            return known;
        var registered = await RegisterAsync(identity, ct);
        // A user with two windows signs in for the first time twice.
        if (!registered.IsSuccess && await logins.FindUserAsync(identity, ct) is { } meanwhile)
            return meanwhile;
        return registered;
    }

    private async Task<Result<User>> RegisterAsync(ExternalIdentity identity, CancellationToken ct)
    {
        if (identity.Email is not { } email)
            return AuthErrors.ExternalEmailMissing;
        var registered = User.Register(email, identity.DisplayName, clock.GetUtcNow());
        if (!registered.IsSuccess)
            return registered.Error;

        var user = registered.Value;
        if (identity.EmailVerified)
            user.ConfirmEmail();
        var detail = JsonSerializer.Serialize(new { provider = identity.Provider });
        audit.Add(new AuditEvent(AuditActions.Registered, user.Id.Value, user.Id.Value, detail));
        audit.Add(new AuditEvent(AuditActions.ExternalLinked, user.Id.Value, user.Id.Value, detail));

        var created = await logins.CreateAsync(user, identity, ct);
        if (created.IsSuccess && !user.EmailConfirmed)
            mails.RequestConfirmation(user.Id);
        return created;
    }
}
