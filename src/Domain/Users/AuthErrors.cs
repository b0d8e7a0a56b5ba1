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

    /// <summary>The access token is genuine, but its account is gone or disabled.</summary>
    public static readonly Error AccountUnavailable =
        new(ErrorKind.Unauthenticated, "auth.account_unavailable", "The account of this token no longer exists or is disabled.");
}
