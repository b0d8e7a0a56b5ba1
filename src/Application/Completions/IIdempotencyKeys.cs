using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Users;

namespace CleanLlm.Application.Completions;

/// <summary>Reads what was remembered of repeatable requests; it is stored together with the completion they made.</summary>
public interface IIdempotencyKeys
{
    /// <summary>What a user's key stands for; null when it is new, or was used longer than a day ago.</summary>
    Task<IdempotencyKey?> FindAsync(UserId user, byte[] keyHash, CancellationToken ct);

    /// <summary>Forgets the keys of yesterday.</summary>
    Task ForgetAsync(CancellationToken ct);
}
