using CleanLlm.Application.Accounts;
using CleanLlm.Domain.Sessions;
using CleanLlm.Domain.Users;
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

    // A family grows by a token every quarter of an hour; only the presented one and its successor matter.
    public Task<Session?> FindByTokenAsync(string tokenHash, CancellationToken ct) => db.Set<Session>()
        .Include(session => session.Tokens.Where(token => token.Hash == tokenHash
            || db.Set<RefreshToken>().Any(presented => presented.Hash == tokenHash && presented.ReplacedByHash == token.Hash)))
        .SingleOrDefaultAsync(session => session.Tokens.Any(token => token.Hash == tokenHash), ct);

    public async Task<IReadOnlyList<Session>> ListOpenAsync(UserId user, DateTimeOffset now, CancellationToken ct) => await db.Set<Session>()
        .AsNoTracking()
        .Where(session => session.UserId == user && session.RevokedAt == null
            && db.Set<RefreshToken>().Any(token => token.SessionId == session.Id && token.UsedAt == null && token.ExpiresAt > now))
        .OrderByDescending(session => session.LastUsedAt)
        .ToListAsync(ct);

    // Compared here, because a network is not a prefix of an address's text.
    public async Task<bool> HasOpenedFromAsync(string email, string network, DateTimeOffset since, CancellationToken ct)
    {
        var addresses = await (
            from session in db.Set<Session>()
            join user in db.Users on session.UserId equals user.UserId
            where user.NormalizedEmail == email && session.CreatedAt >= since
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
