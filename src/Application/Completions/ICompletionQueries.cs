using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;

namespace CleanLlm.Application.Completions;

/// <summary>Reads completions.</summary>
public interface ICompletionQueries
{
    /// <summary>One completion with its answer; null when it is absent or another user's.</summary>
    Task<CompletionDto?> FindAsync(CompletionId id, UserId user, CancellationToken ct);

    /// <summary>Whether one completion was asked in a chat, with the given API key.</summary>
    Task<bool> IsAskedInChatAsync(CompletionId id, ApiKeyId key, CancellationToken ct);

    /// <summary>Where one completion is in its life; null when it is absent or another user's.</summary>
    Task<CompletionStatus?> StatusOfAsync(CompletionId id, UserId user, CancellationToken ct);
}
