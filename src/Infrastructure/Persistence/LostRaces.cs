using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence;

/// <summary>Changes that come too late: of two requests that change or delete a row at once, one finds it gone or changed.</summary>
internal static class LostRaces
{
    /// <summary>Saves the changes, unless another one was first.</summary>
    /// <returns>False when another one was: nothing is stored, and nothing is tracked any more, so that the next read finds what that one left.</returns>
    public static Task<bool> TrySaveChangesAsync(this AppDbContext database, CancellationToken ct) => database.TrySaveAsync(() => database.SaveChangesAsync(ct));

    /// <inheritdoc cref="TrySaveChangesAsync"/>
    /// <param name="database">The database.</param>
    /// <param name="save">Saves them.</param>
    public static async Task<bool> TrySaveAsync(this AppDbContext database, Func<Task> save)
    {
        try
        {
            await save();
            return true;
        }
        catch (DbUpdateConcurrencyException)
        {
            database.ChangeTracker.Clear();
            return false;
        }
    }
}
