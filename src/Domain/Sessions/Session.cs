using CleanLlm.Domain.Ids;

namespace CleanLlm.Domain.Sessions;

/// <summary>
/// One signed-in device: a family of refresh tokens of which at most one is valid at any time (RFC 9700, 4.14.2).
/// </summary>
public sealed class Session
{
    /// <summary>The longest device name, in characters.</summary>
    public const int DeviceMaxLength = 200;

    /// <summary>The longest network address, in characters (IPv6 with a zone).</summary>
    public const int AddressMaxLength = 64;

    private readonly List<RefreshToken> tokens = [];

    private Session()
    {
    }

    /// <summary>Identifies the session; access tokens name it in <c>sid</c>.</summary>
    public SessionId Id { get; private set; }

    /// <summary>The user who signed in.</summary>
    public UserId UserId { get; private set; }

    /// <summary>What they signed in with, as it called itself; null when it did not.</summary>
    public string? Device { get; private set; }

    /// <summary>The network address they signed in from.</summary>
    public string? Address { get; private set; }

    /// <summary>When they signed in.</summary>
    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>When it was last refreshed.</summary>
    public DateTimeOffset LastUsedAt { get; private set; }

    /// <summary>When it ends, however often it is used.</summary>
    public DateTimeOffset ExpiresAt { get; private set; }

    /// <summary>When it was ended early, by its user or because a spent token came back.</summary>
    public DateTimeOffset? RevokedAt { get; private set; }

    /// <summary>Those of its tokens that were loaded: the one presented, and the one made for it.</summary>
    public IReadOnlyList<RefreshToken> Tokens => tokens;

    /// <summary>When the newest of <see cref="Tokens"/> stops working.</summary>
    public DateTimeOffset TokenExpiresAt => tokens.Max(token => token.ExpiresAt);

    /// <summary>A new session with its first token.</summary>
    public static Session Open(UserId user, SessionClient client, string tokenHash, SessionLifetime lifetime, DateTimeOffset now)
    {
        var session = new Session
        {
            Id = SessionId.New(now),
            UserId = user,
            Device = Shorten(client.Device, DeviceMaxLength),
            Address = Shorten(client.Address, AddressMaxLength),
            CreatedAt = now,
            LastUsedAt = now,
            ExpiresAt = now + lifetime.Absolute,
        };
        session.Issue(tokenHash, lifetime, now);
        return session;
    }

    /// <summary>
    /// Spends the presented token and puts its successor in its place. A token that was spent before revokes the session, unless
    /// it is a retry: within the retry window, while the successor is unused.
    /// </summary>
    public Rotation Rotate(string presentedHash, string successorHash, SessionLifetime lifetime, DateTimeOffset now)
    {
        if (RevokedAt is not null || tokens.Find(token => token.Hash == presentedHash) is not { } presented)
            return Rotation.Refused;

        if (presented.UsedAt is { } usedAt)
        {
            if (now - usedAt < lifetime.Retry && tokens.Find(token => token.Hash == successorHash) is { UsedAt: null } successor && now < successor.ExpiresAt)
                return Rotation.Repeated;
            Revoke(now);
            return Rotation.Reused;
        }

        if (now >= presented.ExpiresAt)
            return Rotation.Refused;

        presented.ReplaceBy(successorHash, now);
        Issue(successorHash, lifetime, now);
        LastUsedAt = now;
        return Rotation.Rotated;
    }

    /// <summary>Ends the session; none of its refresh tokens works from now on. The first moment counts.</summary>
    public void Revoke(DateTimeOffset now) => RevokedAt ??= now;

    private static string? Shorten(string? text, int length) =>
        string.IsNullOrWhiteSpace(text) ? null : new string([.. text.Where(c => !char.IsControl(c)).Take(length)]);

    private void Issue(string hash, SessionLifetime lifetime, DateTimeOffset now)
    {
        var idleEnd = now + lifetime.Idle;
        tokens.Add(new RefreshToken(Id, hash, now, idleEnd < ExpiresAt ? idleEnd : ExpiresAt));
    }
}
