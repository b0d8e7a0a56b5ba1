using Microsoft.Extensions.AI;

namespace CleanLlm.Application.Ai;

/// <summary>
/// The way of use cases to chat models: asks one of those that may answer, and another when it fails before anything of its answer has
/// reached the caller. What is asked is said as to any <see cref="IChatClient"/>; the call holds the candidates and the one that answered.
/// </summary>
public interface IChatRouter
{
    /// <summary>The whole answer.</summary>
    /// <param name="messages">The conversation, the question last.</param>
    /// <param name="options">How it is to be answered; not changed.</param>
    /// <param name="call">Holds the candidates, and is told which one answers.</param>
    /// <param name="ct">The caller's.</param>
    /// <exception cref="ProviderException">No candidate answered.</exception>
    /// <exception cref="ArgumentException">There is no candidate.</exception>
    Task<ChatResponse> GetResponseAsync(IReadOnlyList<ChatMessage> messages, ChatOptions options, RoutedCall call, CancellationToken ct);

    /// <summary>The answer piece by piece.</summary>
    /// <inheritdoc cref="GetResponseAsync"/>
    IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IReadOnlyList<ChatMessage> messages, ChatOptions options, RoutedCall call, CancellationToken ct);
}
