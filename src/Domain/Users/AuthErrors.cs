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

    /// <summary>The access token is genuine, but its account is gone or disabled.</summary>
    public static readonly Error AccountUnavailable =
        new(ErrorKind.Unauthenticated, "auth.account_unavailable", "The account of this token no longer exists or is disabled.");
}
