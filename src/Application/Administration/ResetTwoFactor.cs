using System.Text.Json;
using CleanLlm.Application.Accounts;
using CleanLlm.Application.Audit;
using CleanLlm.Application.Callers;
using CleanLlm.Application.Email;
using CleanLlm.Application.TwoFactor;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using MediatR;

namespace CleanLlm.Application.Administration;

/// <summary>
/// Takes a user's second factor away, for one who lost both the device and the recovery codes. Every session ends and the owner
/// gets a mail (OWASP ASVS 5.0, 6.3.7 and 7.4.3). Admins do not do this for themselves.
/// </summary>
/// <param name="UserId">Whose.</param>
public sealed record ResetTwoFactor(UserId UserId) : IRequest<Result<Unit>>;

internal sealed class ResetTwoFactorHandler(
    IUserRepository users,
    ITwoFactorRepository secrets,
    ISessionRepository sessions,
    ITransactions transactions,
    IAccessStates access,
    IAuditTrail audit,
    IEmailQueue mails,
    ICurrentUser current,
    TimeProvider clock)
    : IRequestHandler<ResetTwoFactor, Result<Unit>>
{
    public async Task<Result<Unit>> Handle(ResetTwoFactor request, CancellationToken ct)
    {
        if (request.UserId == current.Id)
            return AdminErrors.SelfReset;
        if (await users.FindAsync(request.UserId, ct) is not { } user)
            return AdminErrors.UserNotFound;

        var stored = await transactions.RunForUserAsync(user.Id, () => RemoveAsync(user.Id, ct), ct);
        if (!stored.IsSuccess)
            return stored.Error;

        // It is done, whether or not the caller is still there.
        await access.ForgetAsync(user.Id, CancellationToken.None);
        mails.Enqueue(AccountEmails.TwoFactorReset(user.Email));
        return Unit.Value;
    }

    private async Task<Result<Unit>> RemoveAsync(UserId user, CancellationToken ct)
    {
        if (await secrets.FindAsync(user, ct) is not { IsOn: true } secret)
            return AuthErrors.TwoFactorNotSetUp;

        var ended = await sessions.RevokeAllAsync(user, spared: null, clock.GetUtcNow(), ct);
        secrets.Remove(secret);
        audit.Add(new AuditEvent(
            AuditActions.TwoFactorReset, current.Id.Value, user.Value, JsonSerializer.Serialize(new { endedSessions = ended.Count })));
        return await secrets.SaveAsync(ct) ? Unit.Value : AdminErrors.ChangedMeanwhile;
    }
}
