using CleanLlm.Application.Email;
using CleanLlm.Application.RateLimiting;
using CleanLlm.Application.Security;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.OneTimeTokens;
using CleanLlm.Domain.Users;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Accounts;

/// <summary>Makes tokens and mails them to the address that they are about, and to no other.</summary>
public sealed class AccountMail(
    ICredentials credentials,
    IUserRepository users,
    IMailedTokens tokens,
    IEmailQueue mails,
    IRateLimiter limiter,
    IOptions<EmailOptions> options,
    TimeProvider clock)
{
    /// <summary>How long a token that confirms an address works.</summary>
    public static readonly TimeSpan ConfirmLifetime = TimeSpan.FromHours(24);

    /// <summary>How long a token that resets a password works.</summary>
    public static readonly TimeSpan ResetLifetime = TimeSpan.FromHours(1);

    /// <summary>How long a token that sets the first password works; after that a reset does the same.</summary>
    public static readonly TimeSpan InvitationLifetime = TimeSpan.FromHours(24);

    // No caller can flood a mailbox by asking for resets of its account.
    private static readonly RateLimit PerUser = new("account-mail", 5, TimeSpan.FromMinutes(10));

    /// <summary>Mails a token that sets a new password, if there is an account with the address.</summary>
    public async Task SendResetAsync(EmailAddress email, CancellationToken ct)
    {
        if (await credentials.FindAsync(email, ct) is { } user && await MakeAsync(user, OneTimeTokenPurpose.ResetPassword, ResetLifetime, ct) is { } secret)
            mails.Enqueue(AccountEmails.Reset(user.Email, secret.Value, options.Value.ResetUrl));
    }

    /// <summary>Mails a token that sets the first password of an account that an admin made.</summary>
    public async Task SendInvitationAsync(UserId id, CancellationToken ct)
    {
        if (await users.FindAsync(id, ct) is { Disabled: false } user
            && await MakeAsync(user, OneTimeTokenPurpose.ResetPassword, InvitationLifetime, ct) is { } secret)
            mails.Enqueue(AccountEmails.Invitation(user.Email, secret.Value, options.Value.ResetUrl));
    }

    /// <summary>Mails a token that confirms the user's address, unless it is confirmed.</summary>
    public async Task SendConfirmationAsync(UserId id, CancellationToken ct)
    {
        if (await users.FindAsync(id, ct) is { Disabled: false, EmailConfirmed: false } user
            && await MakeAsync(user, OneTimeTokenPurpose.ConfirmEmail, ConfirmLifetime, ct) is { } secret)
            mails.Enqueue(AccountEmails.Confirm(user.Email, secret.Value, options.Value.ConfirmUrl));
    }

    private async Task<SecretToken?> MakeAsync(User user, OneTimeTokenPurpose purpose, TimeSpan lifetime, CancellationToken ct)
    {
        if (await limiter.TakeAsync(PerUser, $"{purpose}|{user.Id}", ct) is not null)
            return null;

        var secret = SecretToken.New();
        await tokens.ReplaceAsync(OneTimeToken.For(user.Id, purpose, secret.Hash, lifetime, clock.GetUtcNow()), ct);
        return secret;
    }
}
