using System.Collections.Concurrent;
using CleanLlm.Application.Ai;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Users;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Completions;

/// <summary>The completions that this instance is answering, detached from the requests that started them.</summary>
public sealed partial class RunningCompletions(
    ICompletionStore store, ITokenCounter tokens, IOptions<CompletionOptions> options, TimeProvider clock, ILogger<RunningCompletions> logger)
    : IDisposable
{
    private readonly ConcurrentDictionary<CompletionId, CompletionRun> runs = new();
    private readonly EndedLogs ended = new(options.Value.EventMemoryBytes, clock);
    private readonly CancellationTokenSource stopping = new();

    /// <summary>Cancelled when runs must end because the process does.</summary>
    internal CancellationToken Stopping => stopping.Token;

    /// <summary>Renews the leases of runs that last, and stores how far their answers have come: those whose interval is over by the next look.</summary>
    /// <exception cref="AggregateException">Some could not be stored; they are tried again at the next look.</exception>
    public async Task CheckpointAsync(CancellationToken ct)
    {
        ended.Sweep();
        var (now, due) = (clock.GetUtcNow(), options.Value.CheckpointInterval - options.Value.CheckpointLook);
        List<Exception> faults = [];
        foreach (var run in runs.Values.Where(run => now - run.CheckpointedAt >= due))
        {
            try
            {
                await CheckpointAsync(run, now, ct);
            }
            catch (Exception fault) when (!ct.IsCancellationRequested)
            {
                // The others' leases must not end for it.
                faults.Add(fault);
            }
        }

        if (faults.Count > 0)
            throw new AggregateException(faults);
    }

    /// <summary>Ends the runs that somebody asked another instance to end.</summary>
    public async Task CancelRequestedAsync(CancellationToken ct)
    {
        if (runs.IsEmpty)
            return;
        foreach (var id in await store.ListCancelRequestedAsync(ct))
        {
            if (runs.TryGetValue(id, out var run))
                run.Cancel();
        }
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
    public async Task DrainAsync(CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(options.Value.DrainSeconds), clock);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        // Requests may still come in, so there can be new runs once the first ones have ended.
        while (runs.Values.Any(run => !run.Outcome.IsCompleted) && !patience.IsCancellationRequested)
            await Task.WhenAny(AllEnded(), Task.Delay(Timeout.Infinite, patience.Token));
        if (runs.Values.All(run => run.Outcome.IsCompleted))
            return;

        LogInterrupting(logger, runs.Count);
        await stopping.CancelAsync();
        await AllEnded();
    }

    /// <inheritdoc />
    public void Dispose() => stopping.Dispose();

    /// <summary>The log of a user's completion that this instance runs, or ran not long ago; null when it has none.</summary>
    internal CompletionLog? LogOf(CompletionId id, UserId user) =>
        runs.TryGetValue(id, out var run) ? run.UserId == user ? run.Log : null : ended.Find(id, user);

    internal void Add(CompletionRun run) => runs[run.Id] = run;

    /// <summary>It runs no more; its log can still be read here.</summary>
    internal void End(CompletionRun run)
    {
        ended.Add(run);
        runs.TryRemove(run.Id, out _);
    }

    /// <summary>Its log can be read elsewhere.</summary>
    internal void Forget(CompletionRun run) => ended.Remove(run.Id);

    private async Task CheckpointAsync(CompletionRun run, DateTimeOffset now, CancellationToken ct)
    {
        if (run.Checkpoint(tokens.Count, now, options.Value.Lease) is not { } checkpoint)
            return;
        await store.CheckpointAsync(checkpoint, ct);
        run.CheckpointedAt = now;
    }

    private Task<Domain.Results.Result<CompletionDto>[]> AllEnded() => Task.WhenAll(runs.Values.Select(run => run.Outcome));

    [LoggerMessage(LogLevel.Warning, "Stopping: interrupting {Count} running completions")]
    private static partial void LogInterrupting(ILogger logger, int count);
}
