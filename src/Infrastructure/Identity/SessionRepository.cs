using CleanLlm.Application.Accounts;
using CleanLlm.Domain.Sessions;
using CleanLlm.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Identity;

internal sealed class SessionRepository(AppDbContext db) : ISessionRepository
{
    public Task AddAsync(Session session, CancellationToken ct)
    {
        db.Add(session);
        return db.SaveChangesAsync(ct);
    }

    public Task<Session?> FindAsync(SessionId id, CancellationToken ct) =>
        db.Set<Session>().SingleOrDefaultAsync(session => session.Id == id, ct);

    // A family grows by a token every quarter of an hour; only the presented one matters.
    public Task<Session?> FindByTokenAsync(string tokenHash, CancellationToken ct) => db.Set<Session>()
        .Include(session => session.Tokens.Where(token => token.Hash == tokenHash))
        .SingleOrDefaultAsync(session => session.Tokens.Any(token => token.Hash == tokenHash), ct);

    public async Task<bool> SaveAsync(Session session, CancellationToken ct)
    {
        try
        {
            await db.SaveChangesAsync(ct);
            return true;
        }
        catch (DbUpdateConcurrencyException)
        {
            // What is tracked is stale: the next find reads what the winner wrote.
            db.ChangeTracker.Clear();
            return false;
        }
    }
}
