using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Prompting;

/// <summary>
/// Lets few large prompts be counted at once, so that the other cores serve other requests. Users take turns, one prompt each, so a user who
/// sends many delays only their own (ADR 0044).
/// </summary>
internal sealed class CountingGate(IOptions<PromptingOptions> options)
{
    private readonly Lock gate = new();
    private readonly Dictionary<UserId, LinkedList<TaskCompletionSource<IDisposable>>> queues = [];
    private readonly HashSet<UserId> counting = [];

    // Users with something that waits and nothing that is counted, the one whose turn is next first.
    private readonly LinkedList<UserId> turns = [];
    private readonly int slots = options.Value.LargeAtOnce ?? Math.Max(1, Environment.ProcessorCount / 2);
    private int waiting;

    /// <summary>Prompts that wait now.</summary>
    public int Waiting
    {
        get
        {
            lock (gate)
                return waiting;
        }
    }

    /// <summary>Waits for the user's turn, which lasts until the result is disposed of.</summary>
    /// <returns>The turn, or <see cref="CompletionErrors.PromptsBusy"/> when too much waits already.</returns>
    public async Task<Result<IDisposable>> EnterAsync(UserId user, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        if (Enqueue(user) is not { } turn)
            return CompletionErrors.PromptsBusy;
        await using (ct.Register(() => Withdraw(user, turn, ct)))
            return Result<IDisposable>.Success(await turn.Task);
    }

    private TaskCompletionSource<IDisposable>? Enqueue(UserId user)
    {
        lock (gate)
        {
            var mayStart = counting.Count < slots && !counting.Contains(user);
            var queue = queues.GetValueOrDefault(user) ?? [];
            if (!mayStart && (waiting >= options.Value.LargeWaiting || queue.Count >= options.Value.LargeWaitingOfOne))
                return null;
            var turn = new TaskCompletionSource<IDisposable>(TaskCreationOptions.RunContinuationsAsynchronously);
            queue.AddLast(turn);
            queues[user] = queue;
            waiting++;
            Settle(user);
            StartWhatMay();
            return turn;
        }
    }

    private void Withdraw(UserId user, TaskCompletionSource<IDisposable> turn, CancellationToken ct)
    {
        lock (gate)
        {
            // A turn that has come is kept; its caller gives it back.
            if (queues.GetValueOrDefault(user)?.Remove(turn) != true)
                return;
            waiting--;
            Settle(user);
        }

        turn.TrySetCanceled(ct);
    }

    private void Leave(UserId user)
    {
        lock (gate)
        {
            counting.Remove(user);
            Settle(user);
            StartWhatMay();
        }
    }

    private void StartWhatMay()
    {
        while (counting.Count < slots && turns.First is { Value: var user })
        {
            var queue = queues[user];
            var turn = queue.First!.Value;
            queue.RemoveFirst();
            waiting--;
            counting.Add(user);
            Settle(user);
            turn.SetResult(new Turn(this, user));
        }
    }

    // Puts a user where they belong: at the end of the turns, nowhere, or away when nothing of theirs waits.
    private void Settle(UserId user)
    {
        var waits = queues.GetValueOrDefault(user) is { Count: > 0 };
        if (!waits)
            queues.Remove(user);
        if (!waits || counting.Contains(user))
            turns.Remove(user);
        else if (!turns.Contains(user))
            turns.AddLast(user);
    }

    private sealed class Turn(CountingGate gate, UserId user) : IDisposable
    {
        private int ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref ended, 1) == 0)
                gate.Leave(user);
        }
    }
}
