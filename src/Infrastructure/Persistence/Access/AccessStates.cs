using CleanLlm.Application.Callers;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Sessions;
using CleanLlm.Infrastructure.Caching;
using CleanLlm.Infrastructure.Persistence.Quotas;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Access;

/// <summary>
/// Rights by session and by user, cached for two seconds at most; a change on any instance that shares a Redis is known at once.
/// </summary>
internal sealed class AccessStates(
    IDbContextFactory<AppDbContext> databases, IEnumerable<IAccessBroadcast> broadcasts, ApiKeyStates keys, PlanLookup plans, TimeProvider clock)
    : IAccessStates
{
    /// <summary>How long what was read is believed. With the second and a half between two looks of an open stream it stays below five.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(2);

    private readonly ShortTtlCache<SessionId, AccessState?> sessions = new(Lifetime, clock);
    private readonly ShortTtlCache<UserId, AccessState?> users = new(Lifetime, clock);

    // Compiled once: it runs for each active user every two seconds, and EF Core takes longer to build it than the database to answer.
    private readonly Func<AppDbContext, SessionId, DateTimeOffset, CancellationToken, Task<AccessState?>> bySession = EF.CompileAsyncQuery(
        (AppDbContext database, SessionId id, DateTimeOffset now, CancellationToken _) => (
            from session in database.Set<Session>()
            join user in database.Profiles on session.UserId equals user.Id
            where session.Id == id && session.RevokedAt == null && session.ExpiresAt > now && !user.Disabled
            select new AccessState(user.Id, user.Role)).SingleOrDefault());

    public ValueTask<AccessState?> OfSessionAsync(SessionId session, CancellationToken ct) => sessions.GetAsync(session, this, ReadAsync, ct);

    public ValueTask<AccessState?> OfUserAsync(UserId user, CancellationToken ct) => users.GetAsync(user, this, ReadAsync, ct);

    public async Task ForgetAsync(UserId user, CancellationToken ct)
    {
        ForgetHere(user);
        foreach (var broadcast in broadcasts)
            await broadcast.SendAsync(user, ct);
    }

    /// <summary>Forgets in this process only.</summary>
    public void ForgetHere(UserId user)
    {
        sessions.Forget((_, state) => state?.UserId == user);
        users.Forget((id, _) => id == user);
        keys.Forget(user);
        plans.Forget(user);
    }

    private static async Task<AccessState?> ReadAsync(SessionId id, AccessStates self, CancellationToken ct)
    {
        await using var database = await self.OpenAsync(ct);
        return await self.bySession(database, id, self.Now, ct);
    }

    private static async Task<AccessState?> ReadAsync(UserId id, AccessStates self, CancellationToken ct)
    {
        await using var database = await self.OpenAsync(ct);
        return await database.Profiles
            .Where(user => user.Id == id && !user.Disabled)
            .Select(user => new AccessState(user.Id, user.Role))
            .SingleOrDefaultAsync(ct);
    }

    private DateTimeOffset Now => clock.GetUtcNow();

    private Task<AppDbContext> OpenAsync(CancellationToken ct) => databases.CreateDbContextAsync(ct);
}
