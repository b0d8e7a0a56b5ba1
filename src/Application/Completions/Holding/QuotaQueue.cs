using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Completions.Holding;

/// <summary>What one payer has waiting for quota; touched under the lock of <see cref="QuotaTurns"/> only.</summary>
/// <param name="payer">Whose it is.</param>
/// <param name="refusal">What the first one was refused by.</param>
internal sealed class QuotaQueue(QuotaPayer payer, Error refusal)
{
    private readonly LinkedList<QuotaTurn> turns = [];

    /// <summary>Whose it is.</summary>
    public QuotaPayer Payer => payer;

    /// <summary>What was refused last.</summary>
    public Error Refusal { get; set; } = refusal;

    /// <summary>How many wait.</summary>
    public int Count => turns.Count;

    /// <summary>How many of them are requests that have not begun.</summary>
    public int Requests => turns.Count(turn => !turn.IsRunning);

    /// <summary>The one that tries next. There is one as long as the queue is known.</summary>
    public QuotaTurn First => turns.First!.Value;

    /// <summary>The answers that are paused until their holds grow.</summary>
    public IEnumerable<CompletionId> Paused => turns.Select(turn => turn.Paused).OfType<CompletionId>();

    /// <summary>One more waits: behind those that came before it, an answer that runs ahead of requests that have not begun.</summary>
    /// <param name="paused">The answer that is paused; null for a request that has not begun.</param>
    /// <param name="now">The moment, as a timestamp of the clock.</param>
    public QuotaTurn Add(CompletionId? paused, long now)
    {
        var turn = new QuotaTurn(this, paused, now);
        var before = turns.Last;
        while (turn.IsRunning && before is { Value.IsRunning: false })
            before = before.Previous;
        if (before is null)
            turns.AddFirst(turn);
        else
            turns.AddAfter(before, turn);
        return turn;
    }

    /// <summary>One waits no more.</summary>
    public void Remove(QuotaTurn turn) => turns.Remove(turn);
}

/// <summary>One that waits for quota; touched under the lock of <see cref="QuotaTurns"/> only.</summary>
/// <param name="queue">Its payer's.</param>
/// <param name="paused">The answer that is paused; null for a request that has not begun.</param>
/// <param name="since">Since when it waits, as a timestamp of the clock.</param>
internal sealed class QuotaTurn(QuotaQueue queue, CompletionId? paused, long since)
{
    private TaskCompletionSource woken = NewWake();

    /// <summary>Its payer's.</summary>
    public QuotaQueue Queue => queue;

    /// <summary>The answer that is paused; null for a request that has not begun.</summary>
    public CompletionId? Paused => paused;

    /// <summary>Whether it is an answer that runs.</summary>
    public bool IsRunning => paused is not null;

    /// <summary>Since when it waits, as a timestamp of the clock.</summary>
    public long Since => since;

    /// <summary>Whether it has tried once more after its time was over.</summary>
    public bool HadLastTry { get; set; }

    /// <summary>There may be room.</summary>
    public void Wake() => woken.TrySetResult();

    /// <summary>Consumes a wake-up.</summary>
    /// <returns>False when none came since the last attempt.</returns>
    public bool TryBegin()
    {
        if (!woken.Task.IsCompleted)
            return false;
        woken = NewWake();
        return true;
    }

    /// <summary>A task that completes at the next wake-up; an earlier wake-up is discarded.</summary>
    public Task Rest()
    {
        if (woken.Task.IsCompleted)
            woken = NewWake();
        return woken.Task;
    }

    private static TaskCompletionSource NewWake() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
