using System.Collections.Concurrent;
using CleanLlm.Application.Ai;
using CleanLlm.Application.Completions.Log;
using CleanLlm.Application.Faults;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Completions.Running;

/// <summary>The completions that this instance is answering, detached from the requests that started them.</summary>
public sealed partial class RunningCompletions(
    ICompletionStore store,
    IDatabaseFaults faults,
    ITokenCounter tokens,
    IOptions<CompletionOptions> options,
    TimeProvider clock,
    ILogger<RunningCompletions> logger) : IDisposable
{
    // What one statement stores at most.
    private const int GroupSize = 100;

    private readonly ConcurrentDictionary<CompletionId, CompletionRun> runs = new();
    private readonly ConcurrentDictionary<CompletionId, ILeaseholder> leases = new();
    private readonly EndedLogs ended = new(options.Value.EventMemoryBytes, clock);
    private readonly CancellationTokenSource stopping = new();

    /// <summary>Cancelled when runs must end because the process does.</summary>
    internal CancellationToken Stopping => stopping.Token;

    /// <summary>Renews the leases of runs that last, and stores how far their answers have come: those whose interval is over by the next look.</summary>
    /// <returns>Whether there was anything to store.</returns>
    /// <exception cref="AggregateException">Some could not be stored; they are tried again at the next look.</exception>
    public async Task<bool> CheckpointAsync(CancellationToken ct)
    {
        ended.Sweep();
        var (now, due) = (clock.GetUtcNow(), options.Value.CheckpointInterval - options.Value.CheckpointLook);
        var isStored = false;
        List<Exception> failures = [];
        // Also when the clock of this machine was set back: the leases go by the database's.
        foreach (var group in leases.Values.Where(lease => (now - lease.CheckpointedAt).Duration() >= due).Chunk(GroupSize))
        {
            var (isAsked, failure) = await TryCheckpointAsync(group, now, ct);
            isStored |= isAsked;
            if (failure is null)
                continue;
            failures.Add(failure);
            // Each further statement would wait for the same end of the outage.
            if (faults.IsTransient(failure))
                break;
        }

        if (failures.Count > 0)
            throw new AggregateException(failures);
        return isStored;
    }

    /// <summary>Ends the runs whose cancellation was asked for on another instance.</summary>
    /// <returns>Whether there was anything to ask for.</returns>
    public async Task<bool> CancelRequestedAsync(CancellationToken ct)
    {
        if (runs.IsEmpty)
            return false;
        foreach (var id in await store.ListCancelRequestedAsync([.. runs.Keys], ct))
        {
            if (runs.TryGetValue(id, out var run))
                run.Cancel();
        }

        return true;
    }

    /// <summary>Ends a run of this instance.</summary>
    /// <returns>False when it runs elsewhere, or no more.</returns>
    public bool TryCancel(CompletionId id)
    {
        if (!runs.TryGetValue(id, out var run))
            return false;
        run.Cancel();
        return true;
    }

    /// <summary>Lets runs finish for a while, then ends those that are left, with what they have produced.</summary>
    /// <param name="ct">Ends the wait for them earlier.</param>
    public async Task DrainAsync(CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(options.Value.DrainSeconds), clock);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        // Requests that were let in before may still become runs, so there can be new ones once the first have ended.
        while (leases.Values.Any(lease => !lease.Ended.IsCompleted) && !patience.IsCancellationRequested)
            await Task.WhenAny(AllEnded(), Task.Delay(Timeout.Infinite, patience.Token));
        if (leases.Values.All(lease => lease.Ended.IsCompleted))
            return;

        LogInterrupting(logger, leases.Count);
        await stopping.CancelAsync();
        await AllEnded();
    }

    /// <inheritdoc />
    public void Dispose() => stopping.Dispose();

    /// <summary>The log of a user's completion that this instance runs, or ran not long ago; null when it has none.</summary>
    internal CompletionLog? LogOf(CompletionId id, UserId user) =>
        runs.TryGetValue(id, out var run) ? run.UserId == user ? run.Log : null : ended.Find(id, user);

    /// <summary>Whether this instance runs it, or has yet to store how it ended.</summary>
    internal bool IsRunning(CompletionId id) => leases.ContainsKey(id);

    internal void Add(CompletionRun run)
    {
        leases[run.Id] = run;
        runs[run.Id] = run;
    }

    /// <summary>Renews a lease until it is let go.</summary>
    internal void Hold(ILeaseholder lease) => leases[lease.Id] = lease;

    /// <summary>Its lease is renewed no more.</summary>
    internal void Release(ILeaseholder lease) => leases.TryRemove(lease.Id, out _);

    /// <summary>It runs no more; its log can still be read here.</summary>
    internal void End(CompletionRun run)
    {
        ended.Add(run);
        runs.TryRemove(run.Id, out _);
        leases.TryRemove(run.Id, out _);
    }

    /// <summary>Its log can be read elsewhere.</summary>
    internal void Forget(CompletionRun run) => ended.Remove(run.Id);

    // Together, so that a slow database does not make the renewals wait for each other until leases end.
    private async Task<(bool IsAsked, Exception? Failure)> TryCheckpointAsync(ILeaseholder[] group, DateTimeOffset now, CancellationToken ct)
    {
        try
        {
            List<CompletionCheckpoint> checkpoints = [.. group.Select(lease => lease.Checkpoint(tokens.Count)).OfType<CompletionCheckpoint>()];
            if (checkpoints.Count == 0)
                return (false, null);
            var stored = await store.CheckpointAsync(checkpoints, ct);
            foreach (var lease in group.Where(lease => stored.Contains(lease.Id)))
                lease.CheckpointedAt = now;
            return (true, null);
        }
        catch (Exception fault) when (!ct.IsCancellationRequested)
        {
            return (true, group.Length == 1 || faults.IsTransient(fault) ? fault : await TryOneByOneAsync(group, now, ct));
        }
    }

    // One that cannot be stored must not cost the others their leases.
    private async Task<Exception?> TryOneByOneAsync(ILeaseholder[] group, DateTimeOffset now, CancellationToken ct)
    {
        Exception? failure = null;
        foreach (var lease in group)
        {
            failure = (await TryCheckpointAsync([lease], now, ct)).Failure ?? failure;
            if (failure is not null && faults.IsTransient(failure))
                break;
        }

        return failure;
    }

    private Task AllEnded() => Task.WhenAll(leases.Values.Select(lease => lease.Ended));

    [LoggerMessage(LogLevel.Warning, "Stopping: interrupting {Count} running completions")]
    private static partial void LogInterrupting(ILogger logger, int count);
}
