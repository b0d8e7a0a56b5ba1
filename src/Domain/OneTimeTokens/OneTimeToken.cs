using CleanLlm.Domain.Ids;

namespace CleanLlm.Domain.OneTimeTokens;

/// <summary>A secret that works once, within its time. Only the hash of the secret is known.</summary>
public sealed class OneTimeToken
{
    /// <summary>Characters of a hash: SHA-256 as unpadded base64url.</summary>
    public const int HashLength = 43;

    private OneTimeToken()
    {
    }

    /// <summary>SHA-256 of the secret as unpadded base64url; identifies the token.</summary>
    public string Hash { get; private set; } = "";

    /// <summary>What it may be used for.</summary>
    public OneTimeTokenPurpose Purpose { get; private set; }

    /// <summary>The user it belongs to; null while the user is not known yet.</summary>
    public UserId? UserId { get; private set; }

    /// <summary>What its bearer is told or confirms, as JSON; null when there is only the user.</summary>
    public string? Payload { get; private set; }

    /// <summary>When it stops working.</summary>
    public DateTimeOffset ExpiresAt { get; private set; }

    /// <summary>A token of a user.</summary>
    public static OneTimeToken For(UserId user, OneTimeTokenPurpose purpose, string hash, TimeSpan lifetime, DateTimeOffset now) =>
        new() { Hash = hash, Purpose = purpose, UserId = user, ExpiresAt = now + lifetime };

    /// <summary>A token without a user yet.</summary>
    public static OneTimeToken With(string payload, OneTimeTokenPurpose purpose, string hash, TimeSpan lifetime, DateTimeOffset now) =>
        new() { Hash = hash, Purpose = purpose, Payload = payload, ExpiresAt = now + lifetime };

    /// <summary>Whether it still works for the given purpose.</summary>
    public bool IsGoodFor(OneTimeTokenPurpose purpose, DateTimeOffset now) => Purpose == purpose && now < ExpiresAt;
}
