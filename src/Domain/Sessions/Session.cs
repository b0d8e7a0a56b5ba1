using CleanLlm.Domain.Users;

namespace CleanLlm.Domain.Sessions;

/// <summary>
/// One signed-in device: a family of refresh tokens of which at most one is good at any time (RFC 9700, 4.14.2).
/// </summary>
public sealed class Session
{
    private readonly List<RefreshToken> tokens = [];

    private Session()
    {
    }

    /// <summary>Identifies the session; access tokens name it in <c>sid</c>.</summary>
    public SessionId Id { get; private set; }

    /// <summary>Who signed in.</summary>
    public UserId UserId { get; private set; }

    /// <summary>When they signed in.</summary>
    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>When it was last refreshed.</summary>
    public DateTimeOffset LastUsedAt { get; private set; }

    /// <summary>When it ends however much it is used.</summary>
    public DateTimeOffset ExpiresAt { get; private set; }

    /// <summary>When it was ended early, by its user or because a spent token came back.</summary>
    public DateTimeOffset? RevokedAt { get; private set; }

    /// <summary>Those of its tokens that were loaded: the one presented, and the one made for it.</summary>
    public IReadOnlyList<RefreshToken> Tokens => tokens;

    /// <summary>When the newest of <see cref="Tokens"/> stops working.</summary>
    public DateTimeOffset TokenExpiresAt => tokens[^1].ExpiresAt;

    /// <summary>A new session with its first token.</summary>
    public static Session Open(UserId user, string tokenHash, SessionLifetime lifetime, DateTimeOffset now)
    {
        var session = new Session
        {
            Id = SessionId.New(now),
            UserId = user,
            CreatedAt = now,
            LastUsedAt = now,
            ExpiresAt = now + lifetime.Absolute,
        };
        session.Issue(tokenHash, lifetime, now);
        return session;
    }

    /// <summary>Spends the presented token and puts a new one in its place; a token that was spent before revokes the session.</summary>
    public Rotation Rotate(string presentedHash, string newHash, SessionLifetime lifetime, DateTimeOffset now)
    {
        if (RevokedAt is not null || tokens.Find(token => token.Hash == presentedHash) is not { } presented)
            return Rotation.Refused;

        if (presented.UsedAt is not null)
        {
            Revoke(now);
            return Rotation.Reused;
        }

        if (now >= presented.ExpiresAt)
            return Rotation.Refused;

        presented.ReplaceBy(newHash, now);
        Issue(newHash, lifetime, now);
        LastUsedAt = now;
        return Rotation.Rotated;
    }

    /// <summary>Ends the session; none of its refresh tokens works from now on. The first moment counts.</summary>
    public void Revoke(DateTimeOffset now) => RevokedAt ??= now;

    private void Issue(string hash, SessionLifetime lifetime, DateTimeOffset now)
    {
        var idleEnd = now + lifetime.Idle;
        tokens.Add(new RefreshToken(Id, hash, now, idleEnd < ExpiresAt ? idleEnd : ExpiresAt));
    }
}
