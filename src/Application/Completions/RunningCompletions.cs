using System.Collections.Concurrent;
using CleanLlm.Application.Ai;
using CleanLlm.Domain.Completions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Completions;

/// <summary>The completions that this instance is answering, detached from the requests that started them.</summary>
public sealed partial class RunningCompletions(
    ICompletionStore store, ITokenCounter tokens, IOptions<CompletionOptions> options, TimeProvider clock, ILogger<RunningCompletions> logger)
    : IDisposable
{
    private readonly ConcurrentDictionary<CompletionId, CompletionRun> runs = new();
    private readonly CancellationTokenSource stopping = new();

    /// <summary>Cancelled when runs must end because the process does.</summary>
    internal CancellationToken Stopping => stopping.Token;

    /// <summary>Renews the leases of runs that last, and stores how far their answers have come.</summary>
    public async Task CheckpointAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        foreach (var run in runs.Values.Where(run => now - run.CheckpointedAt >= options.Value.CheckpointInterval))
        {
            if (run.Checkpoint(tokens.Count, now, options.Value.Lease) is { } checkpoint)
                await store.CheckpointAsync(checkpoint, ct);
        }
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

    internal void Add(CompletionRun run) => runs[run.Id] = run;

    internal void Remove(CompletionRun run) => runs.TryRemove(run.Id, out _);

    private Task<Domain.Results.Result<CompletionDto>[]> AllEnded() => Task.WhenAll(runs.Values.Select(run => run.Outcome));

    [LoggerMessage(LogLevel.Warning, "Stopping: interrupting {Count} running completions")]
    private static partial void LogInterrupting(ILogger logger, int count);
}
