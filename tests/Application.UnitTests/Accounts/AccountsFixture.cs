using AutoMapper;
using CleanLlm.Application.Accounts;
using CleanLlm.Domain.Sessions;
using CleanLlm.Domain.Users;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace CleanLlm.Application.UnitTests.Accounts;

/// <summary>A user who is signed in, and the ports around them.</summary>
internal sealed class AccountsFixture : ICurrentUser, ICurrentSession, ITokenIssuer
{
    public const string Email = "ada@example.org";

    public AccountsFixture() => User = User.Register(Email, "Ada", Clock.GetUtcNow()).Value;

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public User User { get; }

    public SessionId? SessionId { get; set; }

    public FakeSessions Sessions { get; } = new();

    public IOptions<AuthOptions> Options { get; } = Microsoft.Extensions.Options.Options.Create(new AuthOptions());

    public IMapper Mapper { get; } =
        new MapperConfiguration(map => map.AddProfile<UserProfile>(), NullLoggerFactory.Instance).CreateMapper();

    UserId ICurrentUser.Id => User.Id;

    SessionId? ICurrentSession.Id => SessionId;

    ValueTask<AccessToken> ITokenIssuer.IssueAsync(User user, SessionId session, CancellationToken ct) =>
        ValueTask.FromResult(new AccessToken($"jwt of {user.Id} in {session}", TimeSpan.FromMinutes(15)));
}

/// <summary>Sessions in memory; saving can lose a race as the database would make it.</summary>
internal sealed class FakeSessions : ISessionRepository
{
    public Dictionary<SessionId, Session> Stored { get; } = [];

    /// <summary>Runs once, in place of the next save: what the winner of the race does.</summary>
    public Action? Winner { get; set; }

    public Task AddAsync(Session session, CancellationToken ct)
    {
        Stored.Add(session.Id, session);
        return Task.CompletedTask;
    }

    public Task<Session?> FindAsync(SessionId id, CancellationToken ct) => Task.FromResult(Stored.GetValueOrDefault(id));

    public Task<Session?> FindByTokenAsync(string tokenHash, CancellationToken ct) =>
        Task.FromResult(Stored.Values.SingleOrDefault(session => session.Tokens.Any(token => token.Hash == tokenHash)));

    public Task<bool> SaveAsync(Session session, CancellationToken ct)
    {
        var won = Winner is null;
        Winner?.Invoke();
        Winner = null;
        return Task.FromResult(won);
    }
}
