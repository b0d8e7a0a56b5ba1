using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;

namespace CleanLlm.Application.Completions.Admitting;

/// <summary>Reads what was remembered of repeatable requests; it is stored together with the completion they made.</summary>
public interface IIdempotencyKeys
{
    /// <summary>What a user's key stands for; null when it is new, or was used longer than a day ago.</summary>
    Task<IdempotencyKey?> FindAsync(UserId user, byte[] keyHash, CancellationToken ct);

    /// <summary>
    /// Frees a key whose completion was interrupted before anything of its answer was stored (<see cref="Completion.LeftNothing"/>), so
    /// that its request runs again.
    /// </summary>
    /// <returns>What became of it; null when the completion is an outcome, which is to be shown again.</returns>
    Task<FreedKey?> FreeAsync(IdempotencyKey key, CancellationToken ct);

    /// <summary>Forgets the keys of yesterday.</summary>
    Task ForgetAsync(CancellationToken ct);
}

/// <summary>A key that stands for nothing any more.</summary>
/// <param name="Question">The question that was interrupted, where its chat has it: it is answered, not asked once more.</param>
public sealed record FreedKey(MessageId? Question);
