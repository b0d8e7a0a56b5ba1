using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Accounts;

/// <summary>
/// Reads one batch after another for work that may be long. After each it rests for as long as the batch took, so that the database
/// and this process are free for other callers at least half of the time.
/// </summary>
internal sealed class PacedReading(IDbContextFactory<AppDbContext> databases, TimeProvider clock)
{
    /// <summary>The rows of one query, which is one short read.</summary>
    public async Task<List<TRow>> ListAsync<TRow>(Func<AppDbContext, IQueryable<TRow>> query, CancellationToken ct)
    {
        var began = clock.GetTimestamp();
        List<TRow> rows;
        await using (var database = await databases.CreateDbContextAsync(ct))
            rows = await query(database).ToListAsync(ct);
        await Task.Delay(clock.GetElapsedTime(began), clock, ct);
        return rows;
    }
}
