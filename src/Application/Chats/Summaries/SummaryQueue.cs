using CleanLlm.Application.Chats.Background;
using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Domain.Ids;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Chats.Summaries;

/// <summary>Chats that will soon need a summary. Each is asked for once by an instance: one that fails would fail again, and may cost again.</summary>
public sealed class SummaryQueue(IOptions<SummaryOptions> options) : BackgroundQueue<SummarizeChat>(options.Value.QueueCapacity), IDueSummaries
{
    private const int Remembered = 10_000;

    private readonly Lock gate = new();
    private readonly HashSet<MessageId> known = [];
    private readonly Queue<MessageId> inOrder = new();

    /// <inheritdoc/>
    public void Add(ChatId chat, UserId owner, MessageId upTo)
    {
        if (options.Value.Model is null)
            return;
        lock (gate)
        {
            if (!known.Add(upTo))
                return;
            inOrder.Enqueue(upTo);
            if (inOrder.Count > Remembered)
                known.Remove(inOrder.Dequeue());
        }

        Add(new SummarizeChat(chat, owner, upTo));
    }
}
