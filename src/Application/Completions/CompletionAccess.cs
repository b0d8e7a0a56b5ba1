using CleanLlm.Application.Callers;
using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Ids;

namespace CleanLlm.Application.Completions;

/// <summary>
/// Which of their owner's completions an API key reaches: all of them with the scope for completions; one that may only write in chats
/// reaches what it asked there itself. A signed-in person is not held up.
/// </summary>
internal sealed class CompletionAccess(ICompletionQueries completions, ICurrentApiKey current)
{
    /// <summary>Whether the caller may see or cancel it, as far as the key goes; whose it is, is asked elsewhere.</summary>
    public async ValueTask<bool> AllowsAsync(CompletionId id, CancellationToken ct) =>
        current.Key is not { } key
        || key.Scopes.HasFlag(ApiKeyScopes.Completions)
        || (key.Scopes.HasFlag(ApiKeyScopes.ChatsWrite) && await completions.IsAskedInChatAsync(id, key.Id, ct));
}
