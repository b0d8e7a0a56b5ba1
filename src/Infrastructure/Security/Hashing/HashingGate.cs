using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Security.Hashing;

/// <summary>
/// Hashing a password costs a core a fifth of a second. No more are hashed at once than there are cores, on threads of their own; the
/// rest wait. Payers take turns, and none holds all cores, so that one with many requests delays itself and not the others (ADR 0037).
/// </summary>
internal sealed class HashingGate(IOptions<HashingOptions> options)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, HashingShare> shares = new(StringComparer.Ordinal);

    // Shares with a job that may run, the one whose turn is next first.
    private readonly LinkedList<HashingShare> turns = [];
    private readonly int slots = options.Value.AtOnce ?? Environment.ProcessorCount;
    private int running;
    private int waiting;

    /// <summary>Jobs that wait now.</summary>
    public int Waiting
    {
        get
        {
            lock (gate)
                return waiting;
        }
    }

    // Where there is more than one slot, one payer leaves one to the others: theirs need not even wait for a job to end.
    private int MostOfOne => Math.Max(1, slots - 1);

    /// <summary>Hashes when it is the payer's turn.</summary>
    /// <returns>What was hashed, or <see cref="AuthErrors.Busy"/> when too much waits already.</returns>
    public async Task<Result<T>> RunAsync<T>(string payer, Func<T> hash, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var job = new HashingJob<T>(hash);
        if (!TryEnqueue(payer, job))
            return AuthErrors.Busy;

        await using (ct.Register(() => Withdraw(job, ct)))
            return await job.Outcome;
    }

    private bool TryEnqueue(string payer, HashingJob job)
    {
        lock (gate)
        {
            var share = shares.GetValueOrDefault(payer) ?? new HashingShare(payer);
            if (share.Waiting.Count >= options.Value.MaxWaitingOfOne || (waiting >= options.Value.MaxWaiting && !TryDisplaceFor(share)))
                return false;

            shares[payer] = share;
            job.Enter(share);
            waiting++;
            Settle(share);
            StartWhatMay();
            return true;
        }
    }

    // When all places are taken, the payer with most of them loses one: many payers with long queues keep out no newcomer.
    private bool TryDisplaceFor(HashingShare newcomer)
    {
        var longest = shares.Values.MaxBy(share => share.Waiting.Count);
        if (longest is null || longest.Waiting.Count <= newcomer.Waiting.Count + 1)
            return false;

        var last = longest.Waiting.Last!.Value;
        Remove(last);
        last.Refuse();
        return true;
    }

    private void Withdraw(HashingJob job, CancellationToken ct)
    {
        lock (gate)
        {
            // One that runs is not interrupted; its caller has left.
            if (job.IsWaiting)
                Remove(job);
        }

        job.Cancel(ct);
    }

    private void Remove(HashingJob job)
    {
        job.Leave();
        waiting--;
        Settle(job.Share);
    }

    private void StartWhatMay()
    {
        while (running < slots && turns.First is { Value: var share })
        {
            var job = share.Waiting.First!.Value;
            turns.Remove(share.Turn);
            share.Running++;
            running++;
            Remove(job);
            // A thread of its own: those of the pool serve all requests.
            _ = Task.Factory.StartNew(() => Run(job), CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
        }
    }

    private void Run(HashingJob job)
    {
        job.Hash();
        lock (gate)
        {
            running--;
            job.Share.Running--;
            Settle(job.Share);
            StartWhatMay();
        }

        job.Publish();
    }

    // Puts a share where it belongs: at the end of the turns, nowhere, or away when it has nothing left.
    private void Settle(HashingShare share)
    {
        var mayRun = share.Waiting.Count > 0 && share.Running < MostOfOne;
        if (mayRun && share.Turn.List is null)
            turns.AddLast(share.Turn);
        else if (!mayRun && share.Turn.List is not null)
            turns.Remove(share.Turn);
        if (share.Waiting.Count == 0 && share.Running == 0)
            shares.Remove(share.Payer);
    }
}
