using CleanLlm.Domain.Ids;

namespace CleanLlm.Domain.Sessions;

/// <summary>One link of a session's chain of refresh tokens. Only the hash of its secret is known.</summary>
public sealed class RefreshToken
{
    /// <summary>Characters of a hash: SHA-256 as unpadded base64url.</summary>
    public const int HashLength = 43;

    private RefreshToken()
    {
    }

    internal RefreshToken(SessionId sessionId, string hash, DateTimeOffset createdAt, DateTimeOffset expiresAt) =>
        (SessionId, Hash, CreatedAt, ExpiresAt) = (sessionId, hash, createdAt, expiresAt);

    /// <summary>SHA-256 of the secret as unpadded base64url; identifies the token.</summary>
    public string Hash { get; private set; } = "";

    /// <summary>The session it continues.</summary>
    public SessionId SessionId { get; private set; }

    /// <summary>When it was handed out.</summary>
    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>When it stops working: the earlier of the idle and the absolute end of its session.</summary>
    public DateTimeOffset ExpiresAt { get; private set; }

    /// <summary>When it was spent; null while it is valid.</summary>
    public DateTimeOffset? UsedAt { get; private set; }

    /// <summary>The hash of the token that took its place; null while it is valid.</summary>
    public string? ReplacedByHash { get; private set; }

    internal void ReplaceBy(string hash, DateTimeOffset now) => (ReplacedByHash, UsedAt) = (hash, now);
}
