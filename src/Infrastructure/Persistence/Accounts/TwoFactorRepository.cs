using CleanLlm.Application.TwoFactor;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.TwoFactor;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Accounts;

internal sealed class TwoFactorRepository(AppDbContext db) : ITwoFactorRepository
{
    public Task<TwoFactorSecret?> FindAsync(UserId user, CancellationToken ct) =>
        db.Set<TwoFactorSecret>().SingleOrDefaultAsync(secret => secret.UserId == user, ct);

    public void Add(TwoFactorSecret secret) => db.Add(secret);

    public void Remove(TwoFactorSecret secret) => db.Remove(secret);

    public async Task<bool> SaveAsync(CancellationToken ct)
    {
        try
        {
            await db.SaveChangesAsync(ct);
            return true;
        }
        catch (DbUpdateConcurrencyException)
        {
            db.ChangeTracker.Clear();
            return false;
        }
        catch (DbUpdateException exception) when (UniqueViolation.IsCauseOf(exception))
        {
            db.ChangeTracker.Clear();
            return false;
        }
    }
}
