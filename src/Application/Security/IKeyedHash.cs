namespace CleanLlm.Application.Security;

/// <summary>Hashes that only this installation can compute (HMAC-SHA256), so that a copy of the database alone tells nothing.</summary>
public interface IKeyedHash
{
    /// <summary>Reads the key, so that no hash after this call needs the database.</summary>
    ValueTask PrepareAsync(CancellationToken ct);

    /// <summary>The hash of some data, 32 bytes; hashes of different purposes have nothing in common.</summary>
    ValueTask<byte[]> ComputeAsync(HashPurpose purpose, ReadOnlyMemory<byte> data, CancellationToken ct);
}

/// <summary>What a keyed hash is for; each purpose has a key of its own.</summary>
public enum HashPurpose
{
    /// <summary>Which secret follows a refresh token.</summary>
    RefreshSuccessor,

    /// <summary>The stored form of an API key's secret.</summary>
    ApiKey,

    /// <summary>A line of the audit log.</summary>
    AuditEntry,

    /// <summary>The detail of a line of the audit log.</summary>
    AuditDetail,

    /// <summary>The keys of limits that are kept outside the process.</summary>
    RateLimitKey,

    /// <summary>A repeatable request and the key its caller gave it.</summary>
    IdempotencyKey,

    /// <summary>Which question a cached answer answers.</summary>
    ResponseCache,
}
