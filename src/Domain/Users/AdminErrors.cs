using CleanLlm.Domain.Results;

namespace CleanLlm.Domain.Users;

/// <summary>The expected failures of administration.</summary>
public static class AdminErrors
{
    /// <summary>There is no user with this id.</summary>
    public static readonly Error UserNotFound = new(ErrorKind.NotFound, "user.not_found", "There is no such user.");

    /// <summary>A disabled user has neither plan nor quota.</summary>
    public static readonly Error UserDisabled = new(ErrorKind.Conflict, "user.disabled", "This user is disabled and has no quota; enable them first.");

    /// <summary>Admins neither demote nor disable themselves: another admin has to.</summary>
    public static readonly Error SelfChange =
        new(ErrorKind.Conflict, "admin.self_change", "You cannot take your own admin role or disable yourself; another admin can.");

    /// <summary>A holder of an admin's access token must not be able to erase the account without the owner.</summary>
    public static readonly Error SelfErasure =
        SelfChange with { Detail = "You cannot erase yourself here: 'DELETE /api/v1/users/me' does, and another admin can." };

    /// <summary>A holder of an admin's access token must not be able to take the second factor away without a code.</summary>
    public static readonly Error SelfReset =
        SelfChange with { Detail = "You cannot reset your own second factor: turn it off by a code, or ask another admin." };

    /// <summary>Another caller changed the same at this moment; nothing was stored.</summary>
    public static readonly Error ChangedMeanwhile =
        new(ErrorKind.Conflict, "request.conflict", "This was changed or deleted at the same time; look again.");

    /// <summary>The instances could not be told to forget their answers.</summary>
    public static readonly Error CacheUnreachable =
        new(ErrorKind.Unavailable, "dependency.unavailable", "Redis is away: no answer was forgotten; try again.")
        {
            RetryAfter = TimeSpan.FromSeconds(5),
        };

    /// <summary>Without it no account could administer any more.</summary>
    public static readonly Error LastAdmin =
        new(ErrorKind.Conflict, "admin.last_admin", "This is the last admin that is not disabled; make another one first.");
}
