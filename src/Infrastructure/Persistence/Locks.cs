using CleanLlm.Domain.Ids;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence;

/// <summary>
/// The locks that make transactions follow one after another, over all instances, until they end. Taken before anything else is changed, the wider
/// one first, so that two transactions never wait for each other. SQLite's transaction is its own lock.
/// </summary>
internal static class Locks
{
    // Any number that no other program uses in this database.
    private const long Administration = 0x436C_6561_6E4C_6C6D;

    /// <summary>For what concerns more than one account: which admins there are, which plans, and which users have them.</summary>
    public static Task LockAdministrationAsync(this AppDbContext database, CancellationToken ct) => database.IsEmbedded
        ? Task.CompletedTask
        : database.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({Administration})", ct);

    /// <summary>For what concerns one account. Rows that refer to the account can be added meanwhile.</summary>
    public static Task LockUserAsync(this AppDbContext database, UserId user, CancellationToken ct) => database.IsEmbedded
        ? Task.CompletedTask
        : database.Database.ExecuteSqlAsync($"SELECT 1 FROM users WHERE id = {user.Value} FOR NO KEY UPDATE", ct);
}
