using System.Threading.Channels;

namespace CleanLlm.Application.Chats.Background;

/// <summary>
/// Work on chats that no caller waits for, in memory and bounded: an answer never waits for it, and what finds the queue full, or whose process
/// stops, is not done.
/// </summary>
/// <typeparam name="TRequest">The use case that does it.</typeparam>
/// <param name="capacity">How much may wait.</param>
public abstract class BackgroundQueue<TRequest>(int capacity)
{
    private readonly Channel<TRequest> waiting = Channel.CreateBounded<TRequest>(capacity);
    private int dropped;

    /// <summary>What waits, oldest first.</summary>
    public ChannelReader<TRequest> Reader => waiting.Reader;

    /// <summary>How much found the queue full since this was last asked.</summary>
    public int TakeDropped() => Interlocked.Exchange(ref dropped, 0);

    /// <summary>Lets it wait for its turn, or drops it.</summary>
    protected void Add(TRequest request)
    {
        if (!waiting.Writer.TryWrite(request))
            Interlocked.Increment(ref dropped);
    }
}
