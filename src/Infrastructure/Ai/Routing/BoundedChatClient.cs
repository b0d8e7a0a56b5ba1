using System.Runtime.CompilerServices;
using CleanLlm.Infrastructure.Ai.Calls;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.Routing;

/// <summary>Holds a client that is not ours to the time limits of its provider, and names its failures.</summary>
internal sealed class BoundedChatClient(IChatClient client, ProviderOptions provider, TimeProvider clock) : IChatClient
{
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        ForeignCalls.AnswerAsync(ct => client.GetResponseAsync(messages, options, ct), provider, clock, cancellationToken);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var limits = new CallClock(provider, clock, cancellationToken);
        await using var updates = Open(messages, options, limits);
        while (await NextAsync(updates, limits))
            yield return updates.Current;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => client.GetService(serviceType, serviceKey);

    /// <summary>Whoever registered the client disposes of it.</summary>
    public void Dispose()
    {
    }

    /// <summary>A client that is no iterator may fail here already.</summary>
    private IAsyncEnumerator<ChatResponseUpdate> Open(IEnumerable<ChatMessage> messages, ChatOptions? options, CallClock limits)
    {
        try
        {
            return client.GetStreamingResponseAsync(messages, options, limits.Token).GetAsyncEnumerator(limits.Token);
        }
        catch (Exception thrown) when (ForeignFailures.IsFailure(thrown, limits.Caller))
        {
            throw ForeignFailures.Of(thrown);
        }
    }

    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<ChatResponseUpdate> updates, CallClock limits)
    {
        limits.ReadBegins();
        try
        {
            // Waited for from outside, as it may not listen to its token.
            var next = updates.MoveNextAsync();
            return next.IsCompleted ? await next : await next.AsTask().WaitAsync(limits.Token);
        }
        catch (Exception thrown) when (ForeignFailures.IsFailure(thrown, limits.Caller))
        {
            throw limits.Expired ? ForeignFailures.TooSlow() : ForeignFailures.Of(thrown);
        }
        finally
        {
            limits.ReadEnds();
        }
    }
}
