using CleanLlm.Domain.Results;

namespace CleanLlm.Domain.Users;

/// <summary>The expected failures of signing up, signing in and staying signed in.</summary>
public static class AuthErrors
{
    /// <summary>An account with this address exists, in any case of its letters.</summary>
    public static readonly Error EmailTaken = new(ErrorKind.Conflict, "auth.email_taken", "There is an account with this e-mail address.");

    /// <summary>Unknown address, wrong password or disabled account: the caller is not told which.</summary>
    public static readonly Error InvalidCredentials =
        new(ErrorKind.Unauthenticated, "auth.invalid_credentials", "The e-mail address or the password is wrong.");

    /// <summary>Too many passwords wait to be hashed; nothing was done.</summary>
    public static readonly Error Busy =
        new(ErrorKind.Unavailable, "auth.busy", "Too many passwords are being checked at this moment. Try again.") { RetryAfter = TimeSpan.FromSeconds(2) };

    /// <summary>A request shows two credentials that differ, so that the caller is not clear.</summary>
    public static readonly Error TwoCredentials = new(
        ErrorKind.Unauthenticated, "auth.required", "The headers 'Authorization' and 'x-api-key' hold different credentials; send one of them.");

    /// <summary>The refresh token is unknown, spent, expired or revoked: sign in again.</summary>
    public static readonly Error InvalidRefreshToken =
        new(ErrorKind.Unauthenticated, "auth.invalid_refresh_token", "The refresh token is not valid. Sign in again.");

    /// <summary>The session is absent or another user's.</summary>
    public static readonly Error SessionNotFound = new(ErrorKind.NotFound, "session.not_found", "There is no such session.");

    /// <summary>The session or the key that asked for a stream is over, or its user is gone or disabled.</summary>
    public static readonly Error SessionEnded =
        new(ErrorKind.Unauthenticated, "auth.session_ended", "The session or key that asked for this answer has ended; the answer is kept.");

    /// <summary>The password was right, but its account has a second factor and the request had no code that works.</summary>
    public static readonly Error TwoFactorRequired =
        new(ErrorKind.Unauthenticated, "auth.two_factor_required", "A code of the second factor is needed: send it as 'twoFactorCode'.");

    /// <summary>The current password in the request is not the account's.</summary>
    public static readonly Error WrongPassword = Error.Invalid("currentPassword", "This is not your current password.");

    /// <summary>A mailed or handed-out token is unknown, used or expired.</summary>
    public static readonly Error InvalidOneTimeToken =
        new(ErrorKind.Invalid, "auth.invalid_token", "The token is unknown, was used before or has expired.");

    /// <summary>The password was right, but sign-in waits for the proof that the address is its user's; a fresh mail is on its way.</summary>
    public static readonly Error EmailNotConfirmed =
        new(ErrorKind.Forbidden, "auth.email_not_confirmed", "Confirm the e-mail address first: a new mail was sent to it.");

    /// <summary>The second factor is on: turn it off before setting up another one.</summary>
    public static readonly Error TwoFactorOn = new(ErrorKind.Conflict, "auth.two_factor_on", "The second factor is on already.");

    /// <summary>There is no second factor to confirm or to turn off.</summary>
    public static readonly Error TwoFactorNotSetUp =
        new(ErrorKind.Conflict, "auth.two_factor_not_set_up", "There is no second factor to do this with.");

    /// <summary>The code in the request is wrong, has expired or was used before.</summary>
    public static readonly Error WrongCode = Error.Invalid("code", "This code is wrong, too old or was used before.");

    /// <summary>The access token is genuine, but its account is gone or disabled.</summary>
    public static readonly Error AccountUnavailable =
        new(ErrorKind.Unauthenticated, "auth.account_unavailable", "The account of this token no longer exists or is disabled.");

    /// <summary>No other provider of that name is configured.</summary>
    public static readonly Error ExternalProviderNotFound =
        new(ErrorKind.NotFound, "auth.external_provider_not_found", "There is no provider of this name to sign in with.");

    /// <summary>The other provider cannot be asked for its settings.</summary>
    public static readonly Error ExternalUnavailable =
        new(ErrorKind.Unavailable, "auth.external_unavailable", "The provider to sign in with does not answer. Try again.");

    /// <summary>The answer of the other provider does not belong to a sign-in of this browser, or is not acceptable.</summary>
    public static readonly Error ExternalFailed =
        new(ErrorKind.Malformed, "auth.external_failed", "This answer does not belong to a sign-in that was begun here. Start again.");

    /// <summary>The other provider gave no e-mail address, without which no account is made.</summary>
    public static readonly Error ExternalEmailMissing = new(
        ErrorKind.Invalid, "auth.external_email_missing", "The provider gave no e-mail address. Allow it there, or register and link the provider.");

    /// <summary>The address that the other provider gave is an account's already: addresses alone link nothing.</summary>
    public static readonly Error ExternalEmailTaken =
        EmailTaken with { Detail = "There is an account with this e-mail address. Sign in to it, and link the provider from there." };

    /// <summary>The identity is linked to another user's account.</summary>
    public static readonly Error ExternalAlreadyLinked =
        new(ErrorKind.Conflict, "auth.external_already_linked", "This identity is linked to another account.");

    /// <summary>Nothing of that provider is linked to the account.</summary>
    public static readonly Error ExternalLoginNotFound =
        new(ErrorKind.NotFound, "auth.external_login_not_found", "Nothing of this provider is linked to your account.");

    /// <summary>Without this login the account could not be signed in to any more.</summary>
    public static readonly Error LastCredential =
        new(ErrorKind.Conflict, "auth.last_credential", "This is the only way to sign in to your account. Set a password or link another provider first.");
}
