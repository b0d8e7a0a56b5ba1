using CleanLlm.Domain.Completions;
using Microsoft.Extensions.Logging;

namespace CleanLlm.Application.Completions;

/// <summary>
/// Copies the event log of a streamed run to where other instances can read it. It is a reader like any other, so neither the run nor
/// its caller waits for it; what came while it was busy goes in one piece.
/// </summary>
internal sealed partial class CompletionSharing(ICompletionEventStore shared, TimeProvider clock, ILogger<CompletionSharing> logger)
{
    // Few pieces instead of one a token: another instance shows an event this much later than the one that runs it.
    private static readonly TimeSpan Collecting = TimeSpan.FromMilliseconds(25);

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    // After the end of a run, so many attempts are made to tell it; then other instances learn it from the database.
    private const int LastAttempts = 3;

    /// <summary>Ends with the run, shortly after it.</summary>
    /// <returns>Whether all of it can be read elsewhere now.</returns>
    public async Task<bool> ShareAsync(CompletionRun run)
    {
        try
        {
            return shared.IsShared && await TryCopyAsync(run);
        }
        catch (Exception fault)
        {
            LogLost(logger, fault, run.Id);
            return false;
        }
    }

    private async Task<bool> TryCopyAsync(CompletionRun run)
    {
        await using var reader = run.Log.Open(after: 0, Patience, isAudience: false, clock, CancellationToken.None);
        while (true)
        {
            var batch = await reader.NextAsync();
            if (batch.Events.Count > 0 && !await TryAppendAsync(run, batch))
                return false;
            if (batch.IsLast)
                return true;
            await Task.Delay(Collecting, clock);
        }
    }

    private async Task<bool> TryAppendAsync(CompletionRun run, EventBatch batch)
    {
        for (var attempts = 0; attempts < LastAttempts;)
        {
            if (await shared.TryAppendAsync(run.Id, batch, CancellationToken.None))
                return true;
            if (run.Outcome.IsCompleted)
                attempts++;
            await Task.Delay(RetryDelay, clock);
        }

        return false;
    }

    [LoggerMessage(LogLevel.Error, "The events of completion {Id} are no longer shared with other instances")]
    private static partial void LogLost(ILogger logger, Exception fault, CompletionId id);
}
