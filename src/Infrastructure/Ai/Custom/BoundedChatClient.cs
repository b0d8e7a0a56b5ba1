using System.Runtime.CompilerServices;
using CleanLlm.Infrastructure.Ai.Calls;
using CleanLlm.Infrastructure.Ai.Options;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.Custom;

/// <summary>Applies its provider's time limits to a client that is not ours, and names its failures.</summary>
internal sealed class BoundedChatClient(IChatClient client, ProviderOptions provider, TimeProvider clock) : IChatClient
{
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        ThirdPartyClientCalls.AnswerAsync(ct => client.GetResponseAsync(messages, options, ct), provider, clock, cancellationToken);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var limits = new CallClock(provider, clock, cancellationToken);
        await using var updates = Open(messages, options, limits);
        while (await updates.NextAsync())
            yield return updates.Current;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => client.GetService(serviceType, serviceKey);

    /// <summary>The code that registered the client disposes of it.</summary>
    public void Dispose()
    {
    }

    /// <summary>A client that is no iterator may fail here already.</summary>
    private BoundedStream Open(IEnumerable<ChatMessage> messages, ChatOptions? options, CallClock limits)
    {
        try
        {
            return new BoundedStream(client.GetStreamingResponseAsync(messages, options, limits.Token).GetAsyncEnumerator(limits.Token), limits);
        }
        catch (Exception thrown) when (ThirdPartyClientFailures.IsFailure(thrown, limits.Caller))
        {
            throw ThirdPartyClientFailures.Of(thrown);
        }
    }
}
