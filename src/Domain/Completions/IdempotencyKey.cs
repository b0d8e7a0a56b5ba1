using CleanLlm.Domain.Ids;

namespace CleanLlm.Domain.Completions;

/// <summary>Remembers for a day which completion a request with an <c>Idempotency-Key</c> made, so that its repetition makes no other.</summary>
public sealed class IdempotencyKey
{
    /// <summary>How long it is remembered.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromHours(24);

    private IdempotencyKey()
    {
    }

    /// <summary>Whose key it is: two users may use the same.</summary>
    public UserId UserId { get; private init; }

    /// <summary>A keyed hash of the key.</summary>
    public byte[] KeyHash { get; private init; } = [];

    /// <summary>A keyed hash of what was asked with it.</summary>
    public byte[] RequestHash { get; private init; } = [];

    /// <summary>The completion it made.</summary>
    public CompletionId CompletionId { get; private init; }

    /// <summary>When.</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    internal static IdempotencyKey Of(Completion completion, IdempotentRequest request) => new()
    {
        UserId = completion.UserId,
        KeyHash = request.KeyHash,
        RequestHash = request.RequestHash,
        CompletionId = completion.Id,
        CreatedAt = completion.CreatedAt,
    };
}

/// <summary>A request that its caller may repeat.</summary>
/// <param name="KeyHash">A keyed hash of the <c>Idempotency-Key</c>, 32 bytes.</param>
/// <param name="RequestHash">A keyed hash of what is asked, 32 bytes.</param>
public sealed record IdempotentRequest(byte[] KeyHash, byte[] RequestHash);
