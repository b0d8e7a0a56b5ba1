using System.Text.Json;
using CleanLlm.Application.Audit;
using CleanLlm.Application.Callers;
using CleanLlm.Application.Email;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.OneTimeTokens;
using CleanLlm.Domain.Users;

namespace CleanLlm.Application.Accounts;

/// <summary>What every new password brings with it: the sessions that the old one opened end, and its owner is told.</summary>
internal sealed class PasswordReplacement(
    ICredentials credentials,
    IMailedTokens tokens,
    ISessionRepository sessions,
    IAccessStates access,
    IAuditTrail audit,
    IEmailQueue mails,
    TimeProvider clock)
{
    /// <summary>Stores the new password with all it brings, within the caller's transaction.</summary>
    public async Task StoreAsync(User user, PasswordHash hash, SessionId? spared, string action, CancellationToken ct)
    {
        await credentials.SetPasswordAsync(user.Id, hash, ct);
        await tokens.RemoveAsync(user.Id, OneTimeTokenPurpose.ResetPassword, ct);
        var ended = await sessions.RevokeAllAsync(user.Id, spared, clock.GetUtcNow(), ct);
        audit.Add(new AuditEvent(action, user.Id.Value, user.Id.Value, JsonSerializer.Serialize(new { endedSessions = ended.Count })));
        await audit.SaveAsync(ct);
    }

    /// <summary>Once the transaction is through; also when the caller has hung up.</summary>
    public async Task AnnounceAsync(User user, SessionId? spared)
    {
        // A sign-in by the old password looks back once its session is stored: one that missed the change is found here.
        await sessions.RevokeAllAsync(user.Id, spared, clock.GetUtcNow(), CancellationToken.None);
        await access.ForgetAsync(user.Id, CancellationToken.None);
        mails.Enqueue(AccountEmails.PasswordChanged(user.Email));
    }
}
