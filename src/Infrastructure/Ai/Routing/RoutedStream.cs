using System.Runtime.CompilerServices;
using CleanLlm.Application.Ai;

namespace CleanLlm.Infrastructure.Ai.Routing;

/// <summary>An answer that has begun, piece by piece. Nothing of it is ever asked for again.</summary>
internal sealed class RoutedStream<T>(IAsyncEnumerator<T> pieces, Attempt attempt, Func<T, int> bytesOf) : IAsyncDisposable
{
    private readonly long mostBytes = attempt.Candidate.Provider.Options.MaxAnswerBytes;
    private long bytes;

    /// <summary>There is a piece to read.</summary>
    public bool HasCurrent { get; private set; }

    /// <summary>The piece.</summary>
    public T Current => pieces.Current;

    /// <summary>Waits for the first piece; after a failure another provider may still be asked.</summary>
    public async ValueTask BeginAsync()
    {
        Take(await pieces.MoveNextAsync());
        attempt.FirstByte();
        if (!HasCurrent)
            attempt.Succeed();
    }

    /// <summary>Waits for the next piece. It is called for each token, so one that is there already costs no state machine.</summary>
    /// <returns>Whether there is one, for <see cref="Advance"/>.</returns>
    /// <exception cref="ProviderException">The answer broke off.</exception>
    public ValueTask<bool> NextAsync()
    {
        var next = pieces.MoveNextAsync();
        return next.IsCompletedSuccessfully ? next : WaitAsync(next);
    }

    /// <summary>Goes on to the piece that was waited for, or to the end of the answer.</summary>
    /// <param name="any">Whether there is one.</param>
    /// <exception cref="ProviderException">The answer is too long.</exception>
    public void Advance(bool any)
    {
        try
        {
            Take(any);
        }
        catch (ProviderException tooLong)
        {
            attempt.Fail(ProviderFault.Of(tooLong));
            throw;
        }

        if (!HasCurrent)
            attempt.Succeed();
    }

    /// <summary>Ends the call of the provider, if it has not ended, and gives its place back.</summary>
    public async ValueTask DisposeAsync()
    {
        using (attempt)
            await pieces.DisposeAsync();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> WaitAsync(ValueTask<bool> next)
    {
        try
        {
            return await next;
        }
        catch (Exception thrown) when (attempt.Explain(thrown) is { } fault)
        {
            HasCurrent = false;
            attempt.Fail(fault);
            throw fault.Failure;
        }
    }

    private void Take(bool any)
    {
        HasCurrent = false;
        if (!any)
            return;
        bytes += bytesOf(pieces.Current);
        if (bytes > mostBytes)
            throw RoutedAnswers.TooLong();
        HasCurrent = true;
    }
}
