using CleanLlm.Infrastructure.Ai.Calls;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.Custom;

/// <summary>The stream of a client that is not ours: waited for from outside, as it may not listen to its token.</summary>
internal sealed class BoundedStream(IAsyncEnumerator<ChatResponseUpdate> updates, CallClock limits) : IAsyncDisposable
{
    private Task<bool>? waiting;

    /// <summary>The piece that came.</summary>
    public ChatResponseUpdate Current => updates.Current;

    /// <summary>Waits for the next piece, no longer than the limits allow.</summary>
    public async ValueTask<bool> NextAsync()
    {
        limits.ReadBegins();
        try
        {
            var next = updates.MoveNextAsync();
            return next.IsCompleted ? await next : await (waiting = next.AsTask()).WaitAsync(limits.Token);
        }
        catch (Exception thrown) when (ThirdPartyClientFailures.IsFailure(thrown, limits.Caller))
        {
            throw limits.Expired ? ThirdPartyClientFailures.TooSlow() : ThirdPartyClientFailures.Of(thrown);
        }
        finally
        {
            limits.ReadEnds();
        }
    }

    /// <summary>Ends with the limits too; a client that hangs is closed when it responds again.</summary>
    public async ValueTask DisposeAsync()
    {
        var closing = CloseAsync();
        limits.ReadBegins();
        try
        {
            await closing.WaitAsync(limits.Token);
        }
        catch (OperationCanceledException)
        {
            // It is no longer waited for.
        }
    }

    private async Task CloseAsync()
    {
        try
        {
            // An iterator must not be disposed of while it runs.
            if (waiting is not null)
                await waiting;
        }
        catch (Exception)
        {
            // Reported already, or its caller has left.
        }

        try
        {
            await updates.DisposeAsync();
        }
        catch (Exception)
        {
            // How a client closes changes nothing of what it said.
        }
    }
}
