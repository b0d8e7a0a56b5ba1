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

    /// <summary>Waits for the first piece; its failure may still be mended elsewhere.</summary>
    public async ValueTask BeginAsync()
    {
        Take(await pieces.MoveNextAsync());
        attempt.FirstByte();
        if (!HasCurrent)
            attempt.Succeed();
    }

    /// <summary>Goes on to the next piece. It is called for each token, so a wait takes its state from a pool.</summary>
    /// <exception cref="ProviderException">The answer broke off.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask NextAsync()
    {
        bool any;
        try
        {
            any = await pieces.MoveNextAsync();
        }
        catch (Exception thrown) when (attempt.Explain(thrown) is { } fault)
        {
            HasCurrent = false;
            attempt.Fail(fault);
            throw fault.Failure;
        }

        Advance(any);
    }

    /// <summary>Ends the call of the provider, if it has not ended, and gives its place back.</summary>
    public async ValueTask DisposeAsync()
    {
        using (attempt)
            await pieces.DisposeAsync();
    }

    private void Advance(bool any)
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
