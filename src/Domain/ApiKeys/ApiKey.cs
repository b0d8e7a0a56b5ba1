using System.Security.Cryptography;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;

namespace CleanLlm.Domain.ApiKeys;

/// <summary>A credential for programs. Only a keyed hash of its secret is known; for a while after a rotation, of the former one too.</summary>
public sealed class ApiKey
{
    /// <summary>The longest name, in characters.</summary>
    public const int NameMaxLength = 100;

    /// <summary>The most keys of one user.</summary>
    public const int MaxPerUser = 100;

    /// <summary>Whether a user may have one more key.</summary>
    /// <param name="known">How many there are, read under the lock of the user.</param>
    /// <returns>Null; or <see cref="ApiKeyErrors.TooMany"/>.</returns>
    public static Error? CheckCount(int known) => known < MaxPerUser ? null : ApiKeyErrors.TooMany;

    /// <summary>The longest time in which the former secret works on after a rotation.</summary>
    public static readonly TimeSpan MaxOverlap = TimeSpan.FromDays(7);

    private ApiKey()
    {
    }

    /// <summary>Identifies the key.</summary>
    public ApiKeyId Id { get; private set; }

    /// <summary>Whose rights and quota it uses.</summary>
    public UserId UserId { get; private set; }

    /// <summary>What its owner calls it.</summary>
    public string Name { get; private set; } = "";

    /// <summary>What it may be used for.</summary>
    public ApiKeyScopes Scopes { get; private set; }

    /// <summary>Keyed hash of the secret.</summary>
    public byte[] SecretHash { get; private set; } = [];

    /// <summary>Keyed hash of the secret before the last rotation; null when it does not work any more.</summary>
    public byte[]? FormerSecretHash { get; private set; }

    /// <summary>Until when the former secret works.</summary>
    public DateTimeOffset? FormerExpiresAt { get; private set; }

    /// <summary>The most tokens it may use in a calendar month (UTC), within its owner's quota; null for no limit of its own.</summary>
    public long? MonthlyTokenLimit { get; private set; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>When it stops working; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; private set; }

    /// <summary>When it was last used, to the minute; null when it never was.</summary>
    public DateTimeOffset? LastUsedAt { get; private set; }

    /// <summary>The limit of its own that every completion asked with it has to fit, if it has one.</summary>
    public PlanLimit? Limit => MonthlyTokenLimit is { } amount
        ? new PlanLimit(QuotaMetric.Tokens, QuotaWindow.Month, amount) { Key = Id }
        : null;

    /// <summary>A new key.</summary>
    public static Result<ApiKey> Create(UserId user, ApiKeyId id, ApiKeyTerms terms, byte[] secretHash, DateTimeOffset now)
    {
        if (string.IsNullOrWhiteSpace(terms.Name) || terms.Name.Length > NameMaxLength || terms.Name.Any(char.IsControl))
            return Error.Invalid("name", $"1 to {NameMaxLength} characters, none of them a control character.");
        if (terms.Scopes == ApiKeyScopes.None)
            return Error.Invalid("scopes", "At least one scope; absent means all.");
        if (terms.ExpiresAt <= now)
            return Error.Invalid("expiresAt", "A moment in the future, or absent for a key that does not expire.");
        if (terms.MonthlyTokenLimit < 1)
            return Error.Invalid("monthlyTokenLimit", "At least 1, or absent for no limit of its own.");

        return new ApiKey
        {
            Id = id,
            UserId = user,
            Name = terms.Name.Trim(),
            Scopes = terms.Scopes,
            SecretHash = secretHash,
            ExpiresAt = terms.ExpiresAt,
            MonthlyTokenLimit = terms.MonthlyTokenLimit,
            CreatedAt = now,
        };
    }

    /// <summary>Takes a new secret; the one before works on for the overlap, and any older one stops at once.</summary>
    /// <param name="secretHash">Keyed hash of the new secret.</param>
    /// <param name="overlap">Zero to <see cref="MaxOverlap"/>.</param>
    /// <param name="now">The moment of the rotation.</param>
    public void Rotate(byte[] secretHash, TimeSpan overlap, DateTimeOffset now)
    {
        var overlaps = overlap > TimeSpan.Zero;
        FormerSecretHash = overlaps ? SecretHash : null;
        FormerExpiresAt = overlaps ? now + overlap : null;
        SecretHash = secretHash;
    }

    /// <summary>Whether a secret with this hash opens it at the given moment; compares without telling by its time how much of a guess was right.</summary>
    public bool Accepts(ReadOnlySpan<byte> hash, DateTimeOffset now)
    {
        var current = CryptographicOperations.FixedTimeEquals(hash, SecretHash);
        var former = FormerSecretHash is not null && CryptographicOperations.FixedTimeEquals(hash, FormerSecretHash) && now < FormerExpiresAt;
        return (current || former) && !(ExpiresAt <= now);
    }
}

/// <summary>What the owner of a key decides about it.</summary>
/// <param name="Name">What they call it.</param>
/// <param name="Scopes">What it may be used for.</param>
/// <param name="ExpiresAt">When it stops working; null for never.</param>
/// <param name="MonthlyTokenLimit">The most tokens of a calendar month; null for no limit of its own.</param>
public sealed record ApiKeyTerms(string Name, ApiKeyScopes Scopes, DateTimeOffset? ExpiresAt, long? MonthlyTokenLimit);
