using CleanLlm.Application.Audit;
using CleanLlm.Application.Callers;
using CleanLlm.Application.TwoFactor;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.TwoFactor;
using CleanLlm.Domain.Users;
using MediatR;

namespace CleanLlm.Application.Accounts;

/// <summary>Gives the caller a secret for their authenticator app. It asks nothing of them before <see cref="ConfirmTwoFactor"/>.</summary>
public sealed record SetUpTwoFactor : IRequest<Result<TwoFactorSetUp>>;

internal sealed class SetUpTwoFactorHandler(
    ITwoFactorRepository secrets, IUserRepository users, ITimeBasedCodes codes, IAuditTrail audit, ICurrentUser current)
    : IRequestHandler<SetUpTwoFactor, Result<TwoFactorSetUp>>
{
    public async Task<Result<TwoFactorSetUp>> Handle(SetUpTwoFactor request, CancellationToken ct)
    {
        if (await users.FindAsync(current.Id, ct) is not { Disabled: false } user)
            return AuthErrors.AccountUnavailable;

        var made = codes.Make(user);
        var known = await secrets.FindAsync(user.Id, ct);
        if (known is { IsOn: true })
            return AuthErrors.TwoFactorOn;
        if (known is null)
            secrets.Add(TwoFactorSecret.SetUp(user.Id, made.Wrapped));
        else
            known.Replace(made.Wrapped);

        audit.Add(new AuditEvent(AuditActions.TwoFactorSetUp, user.Id.Value, user.Id.Value));
        return await secrets.SaveAsync(ct) ? new TwoFactorSetUp(made.Base32, made.Uri) : AuthErrors.TwoFactorOn;
    }
}

/// <summary>A secret for an authenticator app, shown this once.</summary>
/// <param name="Secret">The secret in Base32, to be typed.</param>
/// <param name="Uri">The same as an <c>otpauth</c> address, to be shown as a QR code.</param>
public sealed record TwoFactorSetUp(string Secret, string Uri)
{
    // A record would print the secret.
    public override string ToString() => "(secret)";
}
