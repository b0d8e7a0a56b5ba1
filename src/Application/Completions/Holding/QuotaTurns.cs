using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Completions.Holding;

/// <summary>
/// Queues requests and paused answers that only other holds of the same payer block. The first one tries again whenever a completion of its user ends on this
/// instance, and at intervals for those that end elsewhere; the others wait behind it in the order they came. Answers that run come
/// before requests that have not begun: they end sooner, and then give back what they hold. Waiting takes no thread and no connection.
/// </summary>
internal sealed class QuotaTurns(IOptions<CompletionOptions> options, TimeProvider clock)
{
    // Each waiting request keeps its prompt in memory, and waits for all before it.
    private const int MostOfOne = 32;

    private static readonly TimeSpan TryInterval = TimeSpan.FromMilliseconds(250);

    private readonly Lock gate = new();
    private readonly Dictionary<QuotaPayer, QuotaQueue> queues = [];
    private int waiting;
    private int waitingRequests;

    /// <summary>How many wait now.</summary>
    public int Waiting => Volatile.Read(ref waiting);

    /// <summary>The refusal of the queue that a newcomer has to join; null when it is empty.</summary>
    /// <param name="payer">Who pays.</param>
    /// <param name="isRunning">Whether the newcomer is an answer that runs.</param>
    public Error? RefusalBefore(QuotaPayer payer, bool isRunning)
    {
        if (Waiting == 0)
            return null;
        lock (gate)
            return queues.GetValueOrDefault(payer) is { First: var first } queue && (first.IsRunning || !isRunning) ? queue.Refusal : null;
    }

    /// <summary>Tries again, in turn, until something else comes of it than <see cref="QuotaErrors.Reserved"/> or the time to wait is over.</summary>
    /// <param name="payer">Who pays.</param>
    /// <param name="paused">The answer that is paused meanwhile; null for a request that has not begun.</param>
    /// <param name="refusal">Why it has to wait.</param>
    /// <param name="attempt">Tries once.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>What the last attempt came to; the refusal, when there was none or too many wait.</returns>
    public async Task<Result<T>> WaitAsync<T>(
        QuotaPayer payer, CompletionId? paused, Error refusal, Func<CancellationToken, Task<Result<T>>> attempt, CancellationToken ct)
    {
        if (Enter(payer, paused, refusal) is not { } turn)
            return refusal;
        try
        {
            while (await ComesAsync(turn, ct))
            {
                var taken = await attempt(ct);
                if (taken.Error is not { Code: QuotaErrors.ReservedCode } again)
                    return taken;
                lock (gate)
                    turn.Queue.Refusal = again;
            }

            lock (gate)
                return turn.Queue.Refusal;
        }
        finally
        {
            Leave(turn);
        }
    }

    /// <summary>
    /// The answers of a user that are paused on this instance until their holds grow, beside one of them. They have used what they hold, so
    /// they give nothing of it back.
    /// </summary>
    /// <param name="user">The user.</param>
    /// <param name="answer">The one.</param>
    public IReadOnlyCollection<CompletionId> PausedBeside(UserId user, CompletionId answer)
    {
        if (Waiting == 0)
            return [];
        lock (gate)
            return [.. queues.Values.Where(queue => queue.Payer.User == user).SelectMany(queue => queue.Paused).Where(id => id != answer)];
    }

    /// <summary>A completion of the user has given back what it held.</summary>
    public void Release(UserId user)
    {
        if (Waiting == 0)
            return;
        lock (gate)
        {
            foreach (var (payer, queue) in queues)
            {
                if (payer.User == user)
                    queue.First.Wake();
            }
        }
    }

    private QuotaTurn? Enter(QuotaPayer payer, CompletionId? paused, Error refusal)
    {
        lock (gate)
        {
            var queue = queues.GetValueOrDefault(payer) ?? new QuotaQueue(payer, refusal);
            // An answer that runs is not cut off because requests wait.
            var isFull = paused is null && (waitingRequests >= options.Value.MaxWaiting || queue.Requests >= MostOfOne);
            if (options.Value.QuotaWaitSeconds == 0 || isFull)
                return null;
            queues[payer] = queue;
            waiting++;
            waitingRequests += paused is null ? 1 : 0;
            var turn = queue.Add(paused, clock.GetTimestamp());
            // A paused answer gives nothing back, so the first in the queue may have nothing left to wait for.
            if (turn.IsRunning && queue.First != turn)
                queue.First.Wake();
            return turn;
        }
    }

    private void Leave(QuotaTurn turn)
    {
        lock (gate)
        {
            waiting--;
            waitingRequests -= turn.IsRunning ? 0 : 1;
            var wasFirst = turn.Queue.First == turn;
            turn.Queue.Remove(turn);
            if (turn.Queue.Count == 0)
                queues.Remove(turn.Queue.Payer);
            else if (wasFirst)
                turn.Queue.First.Wake();
        }
    }

    // False once the time to wait is over.
    private async Task<bool> ComesAsync(QuotaTurn turn, CancellationToken ct)
    {
        while (true)
        {
            var left = TimeSpan.FromSeconds(options.Value.QuotaWaitSeconds) - clock.GetElapsedTime(turn.Since);
            TimeSpan pause;
            Task woken;
            lock (gate)
            {
                var (isFirst, isLate) = (turn.Queue.First == turn, left <= TimeSpan.Zero);
                if (isFirst && !turn.HadLastTry && turn.TryBegin())
                {
                    turn.HadLastTry = isLate;
                    return true;
                }

                if (isLate)
                    return false;
                (woken, pause) = (turn.Rest(), isFirst && left > TryInterval ? TryInterval : left);
            }

            try
            {
                await woken.WaitAsync(pause, clock, ct);
            }
            catch (TimeoutException)
            {
                lock (gate)
                    turn.Wake();
            }
        }
    }
}
