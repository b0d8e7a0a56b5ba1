using CleanLlm.Application.Completions.Log;
using CleanLlm.Domain.Ids;
using Microsoft.Extensions.Logging;

namespace CleanLlm.Application.Completions.Running;

/// <summary>
/// Copies the event log of a streamed run to where other instances can read it. It is a reader like any other, so neither the run nor
/// its caller waits for it. What came meanwhile goes in one piece: a short answer in a single one, a long one in small pieces only
/// while a reader follows it on another instance.
/// </summary>
internal sealed partial class CompletionSharing(ICompletionEventStore shared, TimeProvider clock, ILogger<CompletionSharing> logger)
{
    // Another instance shows an event this much later than the one that runs it; the first reader there waits so long for a first piece.
    private static readonly TimeSpan WatchedPause = TimeSpan.FromMilliseconds(25);

    private static readonly TimeSpan UnwatchedPause = TimeSpan.FromMilliseconds(250);

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
        var writer = shared.OpenWriter(run.Id);
        await using var reader = run.Log.Open(after: 0, Patience, isCounted: false, clock, CancellationToken.None);
        var pause = UnwatchedPause;
        while (true)
        {
            await Task.WhenAny(run.Outcome, Task.Delay(pause, clock));
            var batch = await reader.NextAsync();
            if (batch.Events.Count > 0)
            {
                var appended = await AppendAsync(writer, batch, run);
                if (appended == Appended.Nowhere)
                    return false;
                pause = appended == Appended.Watched ? WatchedPause : UnwatchedPause;
            }

            if (batch.IsLast)
                return true;
        }
    }

    private async Task<Appended> AppendAsync(ICompletionEventWriter writer, EventBatch batch, CompletionRun run)
    {
        for (var attempts = 0; attempts < LastAttempts;)
        {
            if (await writer.AppendAsync(batch, CancellationToken.None) is var appended and not Appended.Nowhere)
                return appended;
            if (run.Outcome.IsCompleted)
                attempts++;
            await Task.Delay(RetryDelay, clock);
        }

        return Appended.Nowhere;
    }

    [LoggerMessage(LogLevel.Error, "The events of completion {Id} are no longer shared with other instances")]
    private static partial void LogLost(ILogger logger, Exception fault, CompletionId id);
}
