using CleanLlm.Application.Accounts;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Sessions;
using CleanLlm.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Accounts;

internal sealed class SessionRepository(AppDbContext db) : ISessionRepository
{
    // In one batch of statements: what the user's row says of signing in costs no round trip.
    public async Task<bool> AddAsync(Session session, User user, CancellationToken ct)
    {
        db.Add(session);
        if (db.Entry(user).State == EntityState.Detached)
            db.Attach(user);
        // Also for a second time in one moment: the change is what asks whether the account still exists.
        db.Entry(user).Property(row => row.LastSignInAt).IsModified = true;
        try
        {
            return await db.TrySaveChangesAsync(ct);
        }
        catch (DbUpdateException exception) when (ForeignKeyViolation.IsCauseOf(exception))
        {
            // The user's row is gone already.
            db.ChangeTracker.Clear();
            return false;
        }
    }

    public Task<Session?> FindAsync(SessionId id, CancellationToken ct) =>
        db.Set<Session>().SingleOrDefaultAsync(session => session.Id == id, ct);

    // A family grows by a token every quarter of an hour; only the presented one and its successor matter, and each is found by its key.
    public async Task<Session?> FindByTokenAsync(string tokenHash, CancellationToken ct)
    {
        var successor = db.Set<RefreshToken>().Where(presented => presented.Hash == tokenHash).Select(presented => presented.ReplacedByHash);
        var found = await (
            from token in db.Set<RefreshToken>()
            where token.Hash == tokenHash || token.Hash == successor.FirstOrDefault()
            join session in db.Set<Session>() on token.SessionId equals session.Id
            select new { session, token }).ToListAsync(ct);
        // Being tracked, the tokens are in the session.
        return found.FirstOrDefault()?.session;
    }

    public async Task<IReadOnlyList<Session>> ListOpenAsync(UserId user, DateTimeOffset now, CancellationToken ct) => await db.Set<Session>()
        .AsNoTracking()
        .Where(session => session.UserId == user && session.RevokedAt == null
            && db.Set<RefreshToken>().Any(token => token.SessionId == session.Id && token.UsedAt == null && token.ExpiresAt > now))
        .OrderByDescending(session => session.LastUsedAt)
        .ToListAsync(ct);

    // Compared here, because a network is not a prefix of an address's text.
    public async Task<bool> HasOpenedFromAsync(EmailAddress email, string network, DateTimeOffset since, CancellationToken ct)
    {
        var keys = email.Keys;
        var addresses = await (
            from session in db.Set<Session>()
            join user in db.Users on session.UserId equals user.UserId
            where keys.Contains(user.NormalizedEmail!) && session.CreatedAt >= since
            select session.Address).Distinct().ToListAsync(ct);
        return addresses.Exists(address => SessionClient.NetworkOf(address) == network);
    }

    public async Task<IReadOnlyList<SessionId>> RevokeAllAsync(UserId user, SessionId? spared, DateTimeOffset now, CancellationToken ct)
    {
        var open = db.Set<Session>().Where(session => session.UserId == user && session.RevokedAt == null && session.Id != spared);
        var ended = await open.Select(session => session.Id).ToListAsync(ct);
        await open.ExecuteUpdateAsync(row => row.SetProperty(session => session.RevokedAt, now), ct);
        return ended;
    }

    public async Task<bool> SaveAsync(Session session, CancellationToken ct)
    {
        try
        {
            await db.SaveChangesAsync(ct);
            return true;
        }
        catch (DbUpdateException exception) when (exception is DbUpdateConcurrencyException || UniqueViolation.IsCauseOf(exception))
        {
            // What is tracked is stale: the next find reads what the winner wrote.
            db.ChangeTracker.Clear();
            return false;
        }
    }
}
