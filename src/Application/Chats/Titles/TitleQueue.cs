using System.Threading.Channels;
using CleanLlm.Application.Completions;
using CleanLlm.Domain.Completions;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Chats.Titles;

/// <summary>
/// Chats that got their first answer and wait for a title, in memory and bounded: an answer never waits for a title, and a chat
/// that finds the queue full, or whose process stops, gets none.
/// </summary>
public sealed class TitleQueue(IOptions<TitleOptions> options) : ICompletionObserver
{
    private readonly Channel<TitleChat> waiting = Channel.CreateBounded<TitleChat>(options.Value.QueueCapacity);
    private int dropped;

    /// <summary>The chats that wait, oldest first.</summary>
    public ChannelReader<TitleChat> Reader => waiting.Reader;

    /// <summary>How many found the queue full since this was last asked.</summary>
    public int TakeDropped() => Interlocked.Exchange(ref dropped, 0);

    /// <summary>Takes in the chat of a completion that was its first, and no other chat.</summary>
    public void Closed(CompletionClosing closing)
    {
        if (!options.Value.Enabled
            || closing is not { Completion.Status: CompletionStatus.Succeeded, Exchange.Question: { ParentId: null } question })
            return;
        if (!waiting.Writer.TryWrite(new TitleChat(question.ChatId, closing.Completion.UserId)))
            Interlocked.Increment(ref dropped);
    }
}
