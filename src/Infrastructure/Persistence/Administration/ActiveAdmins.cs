using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Administration;

/// <summary>The admins that are not disabled. Read under <see cref="Locks.LockAdministrationAsync"/>, so that parallel changes see each other.</summary>
internal static class ActiveAdmins
{
    /// <summary>How many there are beside a user.</summary>
    public static Task<int> OtherAdminsAsync(this AppDbContext database, UserId user, CancellationToken ct) =>
        database.Profiles.CountAsync(other => other.Id != user && other.Role == UserRole.Admin && !other.Disabled, ct);
}
