using System.Security.Cryptography;
using CleanLlm.Application.Accounts;
using CleanLlm.Application.Audit;
using CleanLlm.Application.Callers;
using CleanLlm.Application.Security;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Sessions;
using CleanLlm.Domain.Users;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace CleanLlm.Application.UnitTests.Accounts;

/// <summary>A user who is signed in, and the ports around them.</summary>
internal sealed partial class AccountsFixture : ICurrentUser, ICurrentSession, ICurrentClient, ITokenIssuer, IKeyedHash, IAccessStates, IAuditTrail
{
    public const string Email = "ada@example.org";

    public AccountsFixture() => User = User.Register(Email, "Ada", Clock.GetUtcNow()).Value;

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public User User { get; }

    public SessionId? SessionId { get; set; }

    public FakeSessions Sessions { get; } = new();

    public IOptions<AuthOptions> Options { get; } = Microsoft.Extensions.Options.Options.Create(new AuthOptions());

    /// <summary>What was added to the audit log.</summary>
    public List<AuditEvent> Audited { get; } = [];

    /// <summary>The users whose rights were looked at again.</summary>
    public List<UserId> Forgotten { get; } = [];

    public SessionOpening Opening => new(Sessions, this, this, this, Options, Clock);

    public SessionEnding Ending => new(Sessions, this, this, this, Clock);

    UserId ICurrentUser.Id => User.Id;

    SessionClient ICurrentClient.Client => new("192.0.2.1", "Tests");

    SessionId? ICurrentSession.Id => SessionId;

    ValueTask<AccessToken> ITokenIssuer.IssueAsync(User user, SessionId session, CancellationToken ct) =>
        ValueTask.FromResult(new AccessToken($"jwt of {user.Id} in {session}", TimeSpan.FromMinutes(15)));

    ValueTask IKeyedHash.PrepareAsync(CancellationToken ct) => ValueTask.CompletedTask;

    ValueTask<byte[]> IKeyedHash.ComputeAsync(HashPurpose purpose, ReadOnlyMemory<byte> data, CancellationToken ct) =>
        ValueTask.FromResult(SHA256.HashData([(byte)purpose, .. data.Span]));

    ValueTask<AccessState?> IAccessStates.OfSessionAsync(SessionId session, CancellationToken ct) => OfUser();

    ValueTask<AccessState?> IAccessStates.OfUserAsync(UserId user, CancellationToken ct) => OfUser();

    Task IAccessStates.ForgetAsync(UserId user, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        Forgotten.Add(user);
        return Task.CompletedTask;
    }

    void IAuditTrail.Add(AuditEvent happened) => Audited.Add(happened);

    Task IAuditTrail.SaveAsync(CancellationToken ct) => Task.CompletedTask;

    private ValueTask<AccessState?> OfUser() => ValueTask.FromResult<AccessState?>(new AccessState(User.Id, User.Role));
}

/// <summary>Sessions in memory; saving can lose a race as the database would make it.</summary>
internal sealed class FakeSessions : ISessionRepository
{
    public Dictionary<SessionId, Session> Stored { get; } = [];

    /// <summary>Runs once, in place of the next save: what the winner of the race does.</summary>
    public Action? Winner { get; set; }

    /// <summary>Whether the accounts of new sessions have ended meanwhile.</summary>
    public bool AccountsEnded { get; set; }

    /// <summary>Runs once a session is stored.</summary>
    public Action? Added { get; set; }

    public Task<bool> AddAsync(Session session, User user, CancellationToken ct)
    {
        if (AccountsEnded)
            return Task.FromResult(false);
        Stored.Add(session.Id, session);
        Added?.Invoke();
        return Task.FromResult(true);
    }

    public Task<Session?> FindAsync(SessionId id, CancellationToken ct) => Task.FromResult(Stored.GetValueOrDefault(id));

    public Task<Session?> FindByTokenAsync(string tokenHash, CancellationToken ct) =>
        Task.FromResult(Stored.Values.SingleOrDefault(session => session.Tokens.Any(token => token.Hash == tokenHash)));

    public Task<IReadOnlyList<Session>> ListOpenAsync(UserId user, DateTimeOffset now, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<Session>>([.. Stored.Values.Where(session => session.UserId == user && session.RevokedAt is null)]);

    public Task<bool> HasOpenedFromAsync(EmailAddress email, string network, DateTimeOffset since, CancellationToken ct) =>
        Task.FromResult(Stored.Values.Any(session => SessionClient.NetworkOf(session.Address) == network && session.CreatedAt >= since));

    public async Task<IReadOnlyList<SessionId>> RevokeAllAsync(UserId user, SessionId? spared, DateTimeOffset now, CancellationToken ct)
    {
        var open = (await ListOpenAsync(user, now, ct)).Where(session => session.Id != spared).ToList();
        open.ForEach(session => session.Revoke(now));
        return [.. open.Select(session => session.Id)];
    }

    public Task<bool> SaveAsync(Session session, CancellationToken ct)
    {
        var won = Winner is null;
        Winner?.Invoke();
        Winner = null;
        return Task.FromResult(won);
    }
}
