using CleanLlm.Application.Completions.Running;
using CleanLlm.Application.Faults;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Completions.Admitting;

/// <summary>Closes completions whose instance is gone: what their last checkpoint saw is kept and charged, the rest released.</summary>
public sealed partial class AbandonedCompletions(
    ICompletionStore store,
    RunningCompletions running,
    IDatabaseFaults faults,
    IOptions<CompletionOptions> options,
    TimeProvider clock,
    ILogger<AbandonedCompletions> logger)
{
    private const int Batch = 100;

    // So many looks in a row that do not reach the database are an outage, in which leases may have ended that no instance could renew.
    private const int MissedLooks = 3;

    private readonly Lock gate = new();
    private long lookedAt = clock.GetTimestamp();

    // An instance that starts cannot know whether an outage has just ended, so it waits as after one.
    private long? outageEndedAt = clock.GetTimestamp();

    /// <summary>Closes all whose lease has ended, unless this instance has just started or an outage of the database has only just ended.</summary>
    /// <returns>How many this call closed.</returns>
    public Task<int> CloseAsync(CancellationToken ct) => SweepAsync(user: null, ct);

    /// <summary>Closes those of one user: what a crashed instance holds must not refuse its user.</summary>
    /// <returns>How many this call closed.</returns>
    public Task<int> CloseOfAsync(UserId user, CancellationToken ct) => SweepAsync(user, ct);

    /// <summary>Closes all that run, where no other process can be running any and this one does not yet.</summary>
    /// <returns>How many this call closed.</returns>
    public async Task<int> CloseAllAsync(CancellationToken ct)
    {
        return await CloseAsync(await ListAsync(after: null), ListAsync, store.CloseAsync, ct);

        Task<IReadOnlyList<Completion>> ListAsync(LeaseKey? after) => store.ListRunningAsync(after, Batch, ct);
    }

    private async Task<int> SweepAsync(UserId? user, CancellationToken ct)
    {
        // The look comes before the question whether there was an outage, as it may itself have waited for the end of one.
        var first = await LookAsync(after: null);
        return AreRenewed() ? await CloseAsync(first, LookAsync, store.CloseAbandonedAsync, ct) : 0;

        async Task<IReadOnlyList<Completion>> LookAsync(LeaseKey? after)
        {
            var found = await store.ListAbandonedAsync(user, after, Batch, ct);
            Looked();
            return found;
        }
    }

    private async Task<int> CloseAsync(
        IReadOnlyList<Completion> first,
        Func<LeaseKey?, Task<IReadOnlyList<Completion>>> next,
        Func<CompletionClosing, CancellationToken, Task<IReadOnlyList<QuotaCounter>?>> close,
        CancellationToken ct)
    {
        var closed = 0;
        for (var found = first; found.Count > 0;)
        {
            // A closing takes the lease. What stays, because it cannot be closed or this instance runs it, must not hide those behind it.
            var last = LeaseKey.Of(found[^1]);
            foreach (var completion in found)
            {
                // What this instance runs is not abandoned, however late its renewal is.
                if (!running.IsRunning(completion.Id) && await TryCloseAsync(completion, close, ct))
                    closed++;
            }

            found = await next(last);
        }

        if (closed > 0)
            LogClosed(logger, closed);
        return closed;
    }

    private async Task<bool> TryCloseAsync(
        Completion completion, Func<CompletionClosing, CancellationToken, Task<IReadOnlyList<QuotaCounter>?>> close, CancellationToken ct)
    {
        try
        {
            var isClosed = await close(completion.Interrupt(clock.GetUtcNow()), ct) is not null;
            // A closing that took long is no outage either.
            Looked();
            return isClosed;
        }
        catch (Exception fault) when (!faults.IsTransient(fault) && !ct.IsCancellationRequested)
        {
            LogFailed(logger, fault, completion.Id);
            return false;
        }
    }

    private void Looked()
    {
        lock (gate)
        {
            if (HasMissedLooks)
                outageEndedAt = clock.GetTimestamp();
            lookedAt = clock.GetTimestamp();
        }
    }

    // After an outage the instances get the time to renew the leases of what they still run, also by a renewal that hangs and has to be given up first.
    private bool AreRenewed()
    {
        lock (gate)
        {
            if (HasMissedLooks)
                return false;
            if (outageEndedAt is { } end && clock.GetElapsedTime(end) >= options.Value.RenewalWait)
                outageEndedAt = null;
            return outageEndedAt is null;
        }
    }

    private bool HasMissedLooks => clock.GetElapsedTime(lookedAt) > options.Value.SweepInterval * MissedLooks;

    [LoggerMessage(LogLevel.Warning, "Closed {Count} completions whose instance had gone")]
    private static partial void LogClosed(ILogger logger, int count);

    [LoggerMessage(LogLevel.Error, "Completion {Id}, whose instance had gone, could not be closed; the next look tries again")]
    private static partial void LogFailed(ILogger logger, Exception fault, CompletionId id);
}
