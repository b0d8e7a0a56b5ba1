using CleanLlm.Application.Paging;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;

namespace CleanLlm.Application.Administration;

/// <summary>All users, for admins.</summary>
public interface IUserDirectory
{
    /// <summary>One user; null when there is none.</summary>
    Task<AdminUserDto?> FindAsync(UserId id, CancellationToken ct);

    /// <summary>Users whose e-mail address or display name holds the text, whatever the case of its letters, newest first.</summary>
    Task<Page<AdminUserDto>> ListAsync(string? text, Cursor? after, int limit, CancellationToken ct);

    /// <summary>Whether there is such a plan to assign.</summary>
    Task<bool> HasPlanAsync(PlanId plan, CancellationToken ct);

    /// <summary>
    /// Stores the changes of a user with their lines in the audit log, and ends the sessions of one who is disabled. Such
    /// changes are made one after another, over all instances, so that an admin always remains.
    /// </summary>
    /// <returns>
    /// The user as stored; or, with nothing stored, <see cref="AdminErrors.LastAdmin"/>, <see cref="PlanErrors.Unknown"/> or
    /// <see cref="AdminErrors.UserNotFound"/>.
    /// </returns>
    Task<Result<AdminUserDto>> SaveAsync(User user, DateTimeOffset now, CancellationToken ct);
}
