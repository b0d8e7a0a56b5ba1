using CleanLlm.Domain.Results;

namespace CleanLlm.Domain.Users;

/// <summary>The expected failures of signing up, signing in and staying signed in.</summary>
public static class AuthErrors
{
    /// <summary>Somebody registered with this address before, in whatever case of its letters.</summary>
    public static readonly Error EmailTaken = new(ErrorKind.Conflict, "auth.email_taken", "There is an account with this e-mail address.");

    /// <summary>Unknown address, wrong password or disabled account: the caller is not told which.</summary>
    public static readonly Error InvalidCredentials =
        new(ErrorKind.Unauthenticated, "auth.invalid_credentials", "The e-mail address or the password is wrong.");

    /// <summary>The refresh token is unknown, spent, expired or revoked: sign in again.</summary>
    public static readonly Error InvalidRefreshToken =
        new(ErrorKind.Unauthenticated, "auth.invalid_refresh_token", "The refresh token is not valid. Sign in again.");

    /// <summary>The session is absent or somebody else's.</summary>
    public static readonly Error SessionNotFound = new(ErrorKind.NotFound, "session.not_found", "There is no such session.");

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

    /// <summary>The code in the request is wrong, had its time or was used before.</summary>
    public static readonly Error WrongCode = Error.Invalid("code", "This code is wrong, too old or was used before.");

    /// <summary>The access token is genuine, but its account is gone or disabled.</summary>
    public static readonly Error AccountUnavailable =
        new(ErrorKind.Unauthenticated, "auth.account_unavailable", "The account of this token no longer exists or is disabled.");
}
